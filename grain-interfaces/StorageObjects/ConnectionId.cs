using System.Security.Cryptography;

namespace Vaultrice.StorageObjects;

/// <summary>
/// Ids of connections: <c>{public}.{secret}</c>. The whole is told to the connection's own client alone, in its greeting, and
/// resumes the connection; the others see the public part, in presence lists and events, which resumes nothing.
/// </summary>
/// <remarks>
/// All that a client sends to resume is the id it was greeted with, and its token may be another one by then: so the id is the
/// only thing that can tell it from other clients of the same api key.
/// </remarks>
public static class ConnectionId
{
    private const int SecretBytes = 16;

    /// <summary>Makes an id that nobody can guess.</summary>
    public static string New() => $"{Guid.NewGuid()}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>The part of an id that others may see.</summary>
    public static string PublicPart(string id)
    {
        var dot = id.IndexOf('.');
        return dot < 0 ? id : id[..dot];
    }
}
