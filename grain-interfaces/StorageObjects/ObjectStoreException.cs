namespace Vaultrice.StorageObjects;

/// <summary>The store could not be read or written; nothing of the failed operation was acknowledged.</summary>
[GenerateSerializer, Alias("vaultrice.ObjectStoreException")]
public sealed class ObjectStoreException : Exception
{
    public ObjectStoreException()
    {
    }

    public ObjectStoreException(string message)
        : base(message)
    {
    }

    public ObjectStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
