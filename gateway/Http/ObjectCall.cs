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
