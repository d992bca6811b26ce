using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Vaultrice;

/// <summary>The one meter and the one activity source of the system; an instrument sits in the class that moves it.</summary>
public static class Diagnostics
{
    public const string Name = "Vaultrice";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource ActivitySource { get; } = new(Name);
}
