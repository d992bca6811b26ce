using Vaultrice.Projects;

namespace Vaultrice.Gateway.Admin;

/// <summary>How much of the server may be taken; what is left out is not limited here.</summary>
internal sealed record QuotaJson
{
    /// <summary>HTTP requests per second.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Messages and presence changes per second.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <summary>Open sockets.</summary>
    public int? Sockets { get; init; }

    /// <summary>Bytes stored.</summary>
    public long? Bytes { get; init; }

    /// <summary>Items stored.</summary>
    public long? Items { get; init; }

    public static QuotaJson? Of(Quota? quota) => quota is null ? null : new()
    {
        RequestsPerSecond = quota.RequestsPerSecond,
        MessagesPerSecond = quota.MessagesPerSecond,
        Sockets = quota.Sockets,
        Bytes = quota.Bytes,
        Items = quota.Items,
    };

    public Quota ToQuota() => new(RequestsPerSecond, MessagesPerSecond, Sockets, Bytes, Items);

    public StorageError? Check(string path) =>
        BodyRules.Positive($"{path}.requestsPerSecond", RequestsPerSecond)
        ?? BodyRules.Positive($"{path}.messagesPerSecond", MessagesPerSecond)
        ?? BodyRules.Positive($"{path}.sockets", Sockets)
        ?? BodyRules.Positive($"{path}.bytes", Bytes)
        ?? BodyRules.Positive($"{path}.items", Items);
}
