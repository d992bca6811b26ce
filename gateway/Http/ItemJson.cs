using System.Collections.Immutable;
using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>Items, presence and encryption settings as JSON, the same in answers and in frames.</summary>
internal static class ItemJson
{
    private static readonly JsonEncodedText ValueName = JsonEncodedText.Encode("value");
    private static readonly JsonEncodedText ExpiresAtName = JsonEncodedText.Encode("expiresAt");
    private static readonly JsonEncodedText CreatedAtName = JsonEncodedText.Encode("createdAt");
    private static readonly JsonEncodedText UpdatedAtName = JsonEncodedText.Encode("updatedAt");
    private static readonly JsonEncodedText KeyVersionName = JsonEncodedText.Encode("keyVersion");

    /// <summary>The members of an item, without the braces; its value's bytes go out as they came in.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, Item item)
    {
        writer.WritePropertyName(ValueName);
        writer.WriteRawValue(item.Value.Span, skipInputValidation: true);
        writer.WriteNumber(ExpiresAtName, item.ExpiresAt);
        writer.WriteNumber(CreatedAtName, item.CreatedAt);
        writer.WriteNumber(UpdatedAtName, item.UpdatedAt);
        WriteKeyVersion(writer, item.KeyVersion);
    }

    /// <summary>Leaves the member out when there is no version: <c>null > -1</c> is true in JavaScript.</summary>
    public static void WriteKeyVersion(Utf8JsonWriter writer, int? keyVersion)
    {
        if (keyVersion is { } version)
            writer.WriteNumber(KeyVersionName, version);
    }

    public static void Write(Utf8JsonWriter writer, Item item)
    {
        writer.WriteStartObject();
        WriteMembers(writer, item);
        writer.WriteEndObject();
    }

    /// <summary><c>{name: item, …}</c></summary>
    public static void Write(Utf8JsonWriter writer, ImmutableArray<NamedItem> items)
    {
        writer.WriteStartObject();
        foreach (var (name, item) in items)
        {
            writer.WritePropertyName(name);
            Write(writer, item);
        }
        writer.WriteEndObject();
    }

    /// <summary><c>["name", …]</c></summary>
    public static void Write(Utf8JsonWriter writer, ImmutableArray<string> names)
    {
        writer.WriteStartArray();
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    /// <summary><c>[{connectionId, joinedAt, data, keyVersion?}, …]</c></summary>
    public static void Write(Utf8JsonWriter writer, ImmutableArray<JoinedConnection> joined)
    {
        writer.WriteStartArray();
        foreach (var connection in joined)
        {
            writer.WriteStartObject();
            writer.WriteString("connectionId", connection.ConnectionId);
            writer.WriteNumber("joinedAt", connection.JoinedAt);
            writer.WritePropertyName("data");
            writer.WriteRawValue(connection.Data.Span, skipInputValidation: true);
            WriteKeyVersion(writer, connection.KeyVersion);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary><c>{encryptionSettings: {…}, previousEncryptionSettings: […]}</c></summary>
    public static void Write(Utf8JsonWriter writer, EncryptionSettingsHistory history)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("encryptionSettings");
        Write(writer, history.Current);
        writer.WriteStartArray("previousEncryptionSettings");
        foreach (var settings in history.Previous)
            Write(writer, settings);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, EncryptionSettings settings)
    {
        writer.WriteStartObject();
        writer.WriteBase64String("salt", settings.Salt.Span);
        writer.WriteNumber("keyVersion", settings.KeyVersion);
        writer.WriteNumber("createdAt", settings.CreatedAt);
        writer.WriteEndObject();
    }
}
