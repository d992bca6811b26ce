using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vaultrice;

/// <summary>The one meter and the one activity source of the system, both named <c>Vaultrice</c>.</summary>
public static class Diagnostics
{
    private const string Name = "Vaultrice";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource ActivitySource { get; } = new(Name);
}
