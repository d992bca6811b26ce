using System.Text.Json;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The body of the calls for encryption settings.</summary>
internal static class EncryptionBodies
{
    private const int MaxSaltLength = 1024;

    /// <summary><c>{saltLength?}</c> or nothing; the salt's length in bytes, null for the default.</summary>
    public static StorageResult<int?> ReadSaltLength(ReadOnlySpan<byte> json, ObjectLimits limits)
    {
        long? saltLength = null;
        if (json.IsEmpty)
            return (int?)null;
        var body = new BodyReader(json, limits);
        if (body.Read(JsonTokenType.StartObject, BodyErrors.NotAnObject))
        {
            var members = new BodyMembers();
            while (members.Next(ref body) is var member and not BodyMember.None)
            {
                if (member != BodyMember.SaltLength)
                    body.Skip();
                else
                    body.TakeWhole(1, MaxSaltLength, BodyErrors.InvalidSaltLength, out saltLength);
            }
        }
        return body.Finish() is { } error ? error : (int?)saltLength;
    }
}
