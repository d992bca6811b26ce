using System.Diagnostics.Metrics;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>What objects count.</summary>
internal static class ObjectMetrics
{
    private static readonly Counter<long> Operations = Diagnostics.Meter.CreateCounter<long>(
        "vaultrice.object.operations", "{operation}", "Operations on storage objects, by kind and result.");

    /// <summary>One operation was answered; <paramref name="refusal"/> is null when it was carried out.</summary>
    public static void Operation(string kind, StorageError? refusal)
    {
        if (Operations.Enabled)
            Operations.Add(1, new("kind", kind), new("result", refusal is null ? "ok" : refusal.Code.ToString()));
    }
}
