using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vaultrice.Gateway.Access.Signatures;
using Vaultrice.Projects;

namespace Vaultrice.Gateway.Access.Identities;

/// <summary>The key that a class's identity tokens are signed with: a public key, or else a shared secret, and its algorithms.</summary>
internal sealed class IdentityTokenKey
{
    private static readonly string[] Hmac = ["HS256", "HS384", "HS512"];
    private static readonly string[] Rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    private readonly SecurityKey? _key;
    private readonly SignatureKey? _edKey;

    /// <exception cref="CryptographicException">The key is none.</exception>
    public IdentityTokenKey(IdentitySettings settings)
    {
        string[] fitting;
        if (settings.PublicKey is { } pem)
            (_key, _edKey, fitting) = ReadPublic(pem);
        else if (!string.IsNullOrEmpty(settings.Secret))
            (_key, fitting) = (new SymmetricSecurityKey(Encoding.UTF8.GetBytes(settings.Secret)), Hmac);
        else
            throw new CryptographicException("Identity tokens need a public key or a secret.");
        // What does not fit the key is never accepted, whatever the settings say: no public key may serve as a secret.
        Algorithms = settings.Algorithms.IsDefaultOrEmpty ? fitting : [.. fitting.Intersect(settings.Algorithms)];
    }

    /// <summary>The values of a token's <c>alg</c> that are accepted.</summary>
    public string[] Algorithms { get; }

    /// <summary>How a token's signature, issuer and audience are to be validated.</summary>
    public TokenValidationParameters ParametersFor(IdentitySettings settings) => new()
    {
        ValidAlgorithms = Algorithms,
        IssuerSigningKey = _key,
        SignatureValidator = _edKey is null ? null : ValidateEdDsa,
        ValidIssuer = settings.Issuer,
        ValidateIssuer = settings.Issuer is not null,
        ValidAudience = settings.Audience,
        ValidateAudience = settings.Audience is not null,
        // Judged by our own clock, also when the token is remembered.
        ValidateLifetime = false,
    };

    private static (SecurityKey?, SignatureKey?, string[]) ReadPublic(string pem)
    {
        if (TryRead(SignatureKey.EdDsa, pem) is { } edKey)
            return (null, edKey, [SignatureKey.EdDsa]);
        foreach (var algorithm in new[] { SignatureKey.Es256, SignatureKey.Es384, SignatureKey.Es512 })
        {
            if (TryRead(algorithm, pem) is not null)
            {
                var key = ECDsa.Create();
                key.ImportFromPem(pem);
                return (new ECDsaSecurityKey(key), null, [algorithm]);
            }
        }
        // Whatever it is now, it must be RSA: this says what is wrong with it.
        SignatureKey.Read(SignatureKey.Rs256, pem, null);
        var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        return (new RsaSecurityKey(rsa), null, Rsa);
    }

    private static SignatureKey? TryRead(string algorithm, string pem)
    {
        try
        {
            return SignatureKey.Read(algorithm, pem, null);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The library knows no EdDSA.</summary>
    private JsonWebToken ValidateEdDsa(string token, TokenValidationParameters parameters)
    {
        var read = new JsonWebToken(token);
        var signed = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        return read.Alg == SignatureKey.EdDsa && _edKey!.Verify(signed, Base64UrlEncoder.DecodeBytes(read.EncodedSignature))
            ? read
            : throw new SecurityTokenInvalidSignatureException("The signature is not valid.");
    }
}
