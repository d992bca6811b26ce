using System.Text;
using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Admin;

/// <summary>Some objects of a project.</summary>
/// <param name="Objects">In the order of class and id.</param>
/// <param name="Cursor">Where the next part begins; left out at the end.</param>
internal sealed record ObjectPageJson(ObjectIdJson[] Objects, string? Cursor);

/// <summary>Which object.</summary>
internal sealed record ObjectIdJson(string Class, string Id);

/// <summary>An object.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Id">Its id.</param>
/// <param name="Revision">The number of its last change.</param>
/// <param name="ItemCount">How many items it has.</param>
/// <param name="Bytes">Their names and values together.</param>
/// <param name="Items">Some of them, by name.</param>
/// <param name="Cursor">Where the next items begin; left out at the end.</param>
/// <param name="Presence">Who has joined, oldest first.</param>
/// <param name="Connections">How many connections are open.</param>
internal sealed record ObjectJson(
    string Class,
    string Id,
    long Revision,
    int ItemCount,
    long Bytes,
    Dictionary<string, ItemAdminJson> Items,
    string? Cursor,
    PresenceJson[] Presence,
    int Connections)
{
    /// <summary>Deeper than any value may be.</summary>
    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = 1000 };

    public static ObjectJson Of(StorageObjectId id, ObjectDescription description, ItemsQuery asked, bool showsValues) => new(
        id.Class,
        id.Id,
        description.Revision,
        description.ItemCount,
        description.Bytes,
        description.Items.ToDictionary(
            item => item.Name,
            item => new ItemAdminJson(
                showsValues ? Parse(item.Item.Value) : null,
                Encoding.UTF8.GetByteCount(item.Name) + item.Item.Value.Length,
                item.Item.ExpiresAt,
                item.Item.CreatedAt,
                item.Item.UpdatedAt,
                item.Item.KeyVersion)),
        IsLastPage(description, asked) ? null : ObjectsQuery.CursorOf(description.Items[^1].Name),
        [.. description.Presence.Select(joined => new PresenceJson(joined.ConnectionId, joined.JoinedAt, showsValues ? Parse(joined.Data) : null, joined.KeyVersion))],
        description.Connections);

    /// <summary>A page may be short because its values are long: only one without items, or with all of them, is surely the last.</summary>
    private static bool IsLastPage(ObjectDescription description, ItemsQuery asked) =>
        description.Items.IsEmpty || (asked.After is null && description.Items.Length == description.ItemCount);

    private static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, AnyDepth);
        return document.RootElement.Clone();
    }
}

/// <summary>An item.</summary>
/// <param name="Value">Left out for viewers.</param>
/// <param name="Bytes">Its name and value.</param>
/// <param name="ExpiresAt">In ms since the Unix epoch.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="UpdatedAt">In ms since the Unix epoch.</param>
/// <param name="KeyVersion">Of the end-to-end encryption settings that were used; left out for plain values.</param>
internal sealed record ItemAdminJson(JsonElement? Value, int Bytes, long ExpiresAt, long CreatedAt, long UpdatedAt, int? KeyVersion);

/// <summary>Who has joined.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="JoinedAt">In ms since the Unix epoch.</param>
/// <param name="Data">What it joined with; left out for viewers.</param>
/// <param name="KeyVersion">Of the end-to-end encryption settings that were used; left out for plain data.</param>
internal sealed record PresenceJson(string ConnectionId, long JoinedAt, JsonElement? Data, int? KeyVersion);
