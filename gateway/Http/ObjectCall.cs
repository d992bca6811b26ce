using Vaultrice.Gateway.Access;

namespace Vaultrice.Gateway.Http;

/// <summary>What can be asked of an object over HTTP.</summary>
internal enum ObjectCall
{
    /// <summary>The path exists, but not for this method.</summary>
    WrongMethod,
    GetItem,
    GetItems,
    GetAllItems,
    GetKeys,
    SetItem,
    SetItems,
    ApplyOperation,
    RemoveItem,
    RemoveItems,
    GetEncryption,
    RotateEncryption,
    Send,
    GetPresence,
}

/// <summary>What access each call needs.</summary>
internal static class ObjectCalls
{
    public static AccessOperation Operation(this ObjectCall call) => call switch
    {
        // Whoever may read what is encrypted needs the settings; only who may write makes the first ones by asking.
        ObjectCall.GetItem or ObjectCall.GetItems or ObjectCall.GetAllItems or ObjectCall.GetKeys or ObjectCall.GetEncryption => AccessOperation.Read,
        ObjectCall.SetItem or ObjectCall.SetItems or ObjectCall.ApplyOperation => AccessOperation.Write,
        ObjectCall.RemoveItem or ObjectCall.RemoveItems => AccessOperation.Delete,
        ObjectCall.RotateEncryption => AccessOperation.RotateEncryption,
        ObjectCall.Send => AccessOperation.Send,
        ObjectCall.GetPresence => AccessOperation.ListPresence,
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, "This call needs no known access."),
    };
}
