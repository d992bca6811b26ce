namespace Vaultrice.Silo;

/// <summary>What this process does, from the key <c>Roles</c>.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>It hosts grains.</summary>
    Silo = 1,

    /// <summary>It serves clients.</summary>
    Gateway = 2,
}
