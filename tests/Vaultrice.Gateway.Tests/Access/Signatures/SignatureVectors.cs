using System.Text.Json;

namespace Vaultrice.Gateway.Tests.Access.Signatures;

/// <summary>A signature that OpenSSL or Node made; see <c>vectors/make-vectors.mjs</c>.</summary>
public sealed record SignatureVector(string Algorithm, string? PublicKey, string? Secret, string Id, string By, string Form, string Hex)
{
    public byte[] Bytes => Convert.FromHexString(Hex);

    public override string ToString() => $"{Algorithm} {Form} by {By} of '{Id}'";
}

/// <summary>A public key that no class may have.</summary>
public sealed record UnfitKey(string Name, string PublicKey);

/// <summary>The vectors of <c>id-signatures.json</c>.</summary>
public sealed record SignatureVectors(SignatureVector[] Vectors, UnfitKey[] Unfit)
{
    public static SignatureVectors All { get; } = JsonSerializer.Deserialize<SignatureVectors>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Access", "vectors", "id-signatures.json")), JsonSerializerOptions.Web)!;

    /// <summary>The first vector of an algorithm.</summary>
    public static SignatureVector Of(string algorithm) => All.Vectors.First(vector => vector.Algorithm == algorithm);
}
