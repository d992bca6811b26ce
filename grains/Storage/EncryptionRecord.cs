using System.Text.Json;
using Vaultrice.Grains.Storage.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage;

/// <summary>An object's end-to-end encryption settings as they are stored.</summary>
internal static class EncryptionRecord
{
    public static RecordBinding Binding => new() { Kind = RecordKind.EncryptionSettings };

    public static byte[] Write(EncryptionSettingsHistory settings) => JsonSerializer.SerializeToUtf8Bytes(settings);

    public static EncryptionSettingsHistory Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<EncryptionSettingsHistory>(json)!;

    /// <summary>How much they count for as one item of what is stored; 0 when there are none.</summary>
    public static int SizeOf(EncryptionSettingsHistory? settings) => settings is null ? 0 : Write(settings).Length;
}
