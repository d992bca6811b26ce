namespace Vaultrice.Encryption;

/// <summary>A key that is needed cannot be had at present; nothing was read, changed or acknowledged, so the call may be repeated.</summary>
[GenerateSerializer, Alias("vaultrice.KeysUnavailableException")]
public sealed class KeysUnavailableException : Exception
{
    public KeysUnavailableException()
    {
    }

    public KeysUnavailableException(string message)
        : base(message)
    {
    }

    public KeysUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
