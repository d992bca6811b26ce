namespace Vaultrice.Projects;

/// <summary>What an api key or a token may do.</summary>
[Flags]
public enum Permissions
{
    None = 0,

    /// <summary>Read items, names and encryption settings, and hear of changes.</summary>
    Read = 1,

    /// <summary>Set items and apply atomic operations.</summary>
    Write = 2,

    /// <summary>Remove items and clear objects.</summary>
    Delete = 4,

    /// <summary>Send and hear messages.</summary>
    Message = 8,

    /// <summary>Join, leave and see who is present.</summary>
    Presence = 16,

    /// <summary>Make new end-to-end encryption settings current.</summary>
    RotateEncryption = 32,

    All = Read | Write | Delete | Message | Presence | RotateEncryption,
}

/// <summary>The words for permissions in tokens and in the administration.</summary>
public static class PermissionNames
{
    private static readonly (Permissions Permission, string Name)[] Names =
    [
        (Permissions.Read, "read"),
        (Permissions.Write, "write"),
        (Permissions.Delete, "delete"),
        (Permissions.Message, "message"),
        (Permissions.Presence, "presence"),
        (Permissions.RotateEncryption, "rotate-encryption"),
    ];

    /// <summary>The words, in the order of the enum.</summary>
    public static IEnumerable<string> Of(Permissions permissions) =>
        Names.Where(known => permissions.HasFlag(known.Permission)).Select(known => known.Name);

    /// <summary>The permission of a word; <see cref="Permissions.None"/> when it is not known.</summary>
    public static Permissions Parse(string name) => Array.Find(Names, known => known.Name == name).Permission;
}
