using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Http;

namespace Vaultrice.Gateway.Access;

/// <summary><c>GET /.well-known/jwks.json</c>: the public halves of the signing keys (RFC 7517), for whoever wants to verify our tokens.</summary>
internal static class PublicKeys
{
    public static void MapPublicKeys(this IEndpointRouteBuilder routes) => routes.MapGet("/.well-known/jwks.json", async (HttpContext context, SigningKeys keys) =>
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=300";
        headers.AccessControlAllowOrigin = "*";
        JsonResponse.Write(context, await keys.All(), static (writer, keys) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keys");
            foreach (var key in keys)
                Write(writer, key);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    });

    private static void Write(Utf8JsonWriter writer, ECDsaSecurityKey key)
    {
        // Without the private part: what is not exported cannot be written.
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        writer.WriteStartObject();
        writer.WriteString("kty", "EC");
        writer.WriteString("crv", "P-256");
        writer.WriteString("use", "sig");
        writer.WriteString("alg", SecurityAlgorithms.EcdsaSha256);
        writer.WriteString("kid", key.KeyId);
        writer.WriteString("x", Base64Url.EncodeToString(point.X));
        writer.WriteString("y", Base64Url.EncodeToString(point.Y));
        writer.WriteEndObject();
    }
}
