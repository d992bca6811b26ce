using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access;

/// <summary>What somebody wants to do, as far as access to it is judged.</summary>
internal enum AccessOperation
{
    /// <summary>Get items, names or encryption settings.</summary>
    Read,

    /// <summary>Set items or apply an atomic operation.</summary>
    Write,

    /// <summary>Remove items or clear an object.</summary>
    Delete,

    /// <summary>Make new end-to-end encryption settings current.</summary>
    RotateEncryption,

    /// <summary>Send a message.</summary>
    Send,

    /// <summary>Join or leave.</summary>
    Join,

    /// <summary>See who is present.</summary>
    ListPresence,

    /// <summary>Open a socket.</summary>
    Connect,

    /// <summary>Get an access token.</summary>
    MintToken,
}

/// <summary>What each operation needs, and the words for them.</summary>
internal static class AccessOperations
{
    /// <summary>What a socket can be told of: without any of it there is nothing to listen to.</summary>
    public const Permissions Listening = Permissions.Read | Permissions.Message | Permissions.Presence;

    /// <summary>The word for <see cref="AccessOperation.MintToken"/>, which alone is asked of no object.</summary>
    public const string Minting = "token";

    private static readonly Dictionary<string, AccessOperation> Words = new(StringComparer.Ordinal)
    {
        ["read"] = AccessOperation.Read,
        ["get"] = AccessOperation.Read,
        ["keys"] = AccessOperation.Read,
        ["encryption"] = AccessOperation.Read,
        ["write"] = AccessOperation.Write,
        ["set"] = AccessOperation.Write,
        ["increment"] = AccessOperation.Write,
        ["decrement"] = AccessOperation.Write,
        ["push"] = AccessOperation.Write,
        ["splice"] = AccessOperation.Write,
        ["merge"] = AccessOperation.Write,
        ["set-in"] = AccessOperation.Write,
        ["delete"] = AccessOperation.Delete,
        ["remove"] = AccessOperation.Delete,
        ["clear"] = AccessOperation.Delete,
        ["rotate-encryption"] = AccessOperation.RotateEncryption,
        ["message"] = AccessOperation.Send,
        ["send"] = AccessOperation.Send,
        ["presence"] = AccessOperation.Join,
        ["join"] = AccessOperation.Join,
        ["leave"] = AccessOperation.Join,
        ["presence-list"] = AccessOperation.ListPresence,
        ["connect"] = AccessOperation.Connect,
        [Minting] = AccessOperation.MintToken,
    };

    /// <summary>The words that name operations.</summary>
    public static IEnumerable<string> AllWords => Words.Keys;

    /// <summary>The operation of a word such as <c>get</c>, <c>increment</c>, <c>send</c> or <c>connect</c>.</summary>
    public static bool TryParse(string word, out AccessOperation operation) => Words.TryGetValue(word, out operation);

    /// <summary>The permission an operation needs; for <see cref="AccessOperation.Connect"/> any of them will do.</summary>
    public static Permissions Needs(this AccessOperation operation) => operation switch
    {
        AccessOperation.Read => Permissions.Read,
        AccessOperation.Write => Permissions.Write,
        AccessOperation.Delete => Permissions.Delete,
        AccessOperation.RotateEncryption => Permissions.RotateEncryption,
        AccessOperation.Send => Permissions.Message,
        AccessOperation.Join or AccessOperation.ListPresence => Permissions.Presence,
        AccessOperation.Connect => Listening,
        AccessOperation.MintToken => Permissions.None,
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "This operation needs no known permission."),
    };
}
