using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Vaultrice.Encryption;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// A master key that never leaves its vault: Azure Key Vault wraps and unwraps over REST (api-version 7.4, RSA-OAEP-256). What
/// was wrapped is remembered with the version that did it, so old versions unwrap while new ones wrap.
/// </summary>
internal sealed class KeyVaultMasterKeys(KeyVaultKeyId key, string? resource, TokenCredential credential) : IMasterKeyProvider
{
    public const string ProviderName = "AzureKeyVault";

    private const string ApiVersion = "7.4";
    private const string Algorithm = "RSA-OAEP-256";

    private readonly HttpPipeline _pipeline = HttpPipelineBuilder.Build(new PipelineOptions(), new KeyVaultChallenge(credential, resource));

    public string Name => ProviderName;

    /// <summary>A provider with the credentials of the environment: workload or managed identity, environment variables, a developer's login.</summary>
    public static KeyVaultMasterKeys Of(MasterKeyOptions options) =>
        new(KeyVaultKeyId.Parse(options.KeyVaultKeyId!)!, options.KeyVaultResource, new DefaultAzureCredential());

    /// <summary>Keys of other vaults are strangers, whatever a database says: nothing is sent to them.</summary>
    public bool Knows(string masterKeyId) => key.IsSameKey(KeyVaultKeyId.Parse(masterKeyId));

    public async Task<IReadOnlyList<string>> List(CancellationToken cancellationToken) => [await Renew(cancellationToken)];

    public async Task<WrappedKey> Wrap(string? masterKeyId, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var result = await Call(masterKeyId ?? key.ToString(), "wrapkey", plain, cancellationToken);
        if (result.KeyId is null || KeyVaultKeyId.Parse(result.KeyId) is not { Version: not null } used || !key.IsSameKey(used))
            throw new KeysUnavailableException("The key vault did not say which version of the master key it has used.");
        return new(used.ToString(), result.Bytes);
    }

    public async Task<byte[]> Unwrap(WrappedKey wrapped, CancellationToken cancellationToken) =>
        (await Call(wrapped.MasterKeyId, "unwrapkey", wrapped.Bytes, cancellationToken)).Bytes;

    /// <summary>New versions are made in the vault, by hand or by its rotation policy.</summary>
    public async Task<string> Renew(CancellationToken cancellationToken)
    {
        if (key.Version is not null)
            return key.ToString();
        var bundle = await Send(RequestMethod.Get, key.ToString(), null, VaultJson.Default.KeyBundle, cancellationToken);
        return bundle.Key?.KeyId is { } id && key.IsSameKey(KeyVaultKeyId.Parse(id))
            ? id
            : throw new KeysUnavailableException("The key vault did not say which version of the master key is the newest.");
    }

    /// <summary>The vault's own administration disables versions and deletes them.</summary>
    public Task Drop(string masterKeyId, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<(string? KeyId, byte[] Bytes)> Call(string keyId, string operation, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new(Algorithm, Base64Url(value.Span)), VaultJson.Default.KeyOperation);
        try
        {
            var result = await Send(RequestMethod.Post, $"{keyId}/{operation}", body, VaultJson.Default.KeyOperationResult, cancellationToken);
            return (result.KeyId, System.Buffers.Text.Base64Url.DecodeFromChars(result.Value));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private async Task<T> Send<T>(
        RequestMethod method, string address, byte[]? body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new($"{address}?api-version={ApiVersion}"));
        message.Request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(body);
        }
        try
        {
            await _pipeline.SendAsync(message, cancellationToken);
            if (message.Response.Status == 200)
                return JsonSerializer.Deserialize(message.Response.Content, type)!;
        }
        catch (Exception e) when (e is RequestFailedException or AuthenticationFailedException or AuthenticationRefusedException or AggregateException or JsonException or FormatException)
        {
            throw new KeysUnavailableException($"The key vault did not answer for the key '{key}': {e.Message}", e);
        }
        // All else in the request is the same as in those it takes.
        if (message.Response.Status == 400 && address.EndsWith("/unwrapkey", StringComparison.Ordinal))
            throw new CryptographicException($"The key vault cannot unwrap this with the key '{key}': {Explain(message.Response)}");
        throw new KeysUnavailableException($"The key vault refused to use the key '{key}': {message.Response.Status} {Explain(message.Response)}");
    }

    private static string Explain(Response response)
    {
        try
        {
            var error = JsonSerializer.Deserialize(response.Content, VaultJson.Default.KeyVaultFailure)?.Error;
            return $"{error?.Code}: {error?.Message}";
        }
        catch (JsonException)
        {
            return response.ReasonPhrase;
        }
    }

    private static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <summary>Few and quick repetitions: a caller waits.</summary>
    private sealed class PipelineOptions : ClientOptions
    {
        public PipelineOptions()
        {
            Retry.MaxRetries = 2;
            Retry.Delay = TimeSpan.FromMilliseconds(200);
            Retry.MaxDelay = TimeSpan.FromSeconds(1);
            Retry.NetworkTimeout = TimeSpan.FromSeconds(3);
            Diagnostics.IsLoggingContentEnabled = false;
            Diagnostics.IsTelemetryEnabled = false;
        }
    }
}

/// <summary>What is sent to wrap or unwrap.</summary>
internal sealed record KeyOperation([property: JsonPropertyName("alg")] string Algorithm, [property: JsonPropertyName("value")] string Value);

/// <summary>What comes of it.</summary>
internal sealed record KeyOperationResult([property: JsonPropertyName("kid")] string? KeyId, [property: JsonPropertyName("value")] string Value);

/// <summary>A key as the vault shows it.</summary>
internal sealed record KeyBundle([property: JsonPropertyName("key")] KeyBundleKey? Key);

/// <summary>The part of it that names the version.</summary>
internal sealed record KeyBundleKey([property: JsonPropertyName("kid")] string? KeyId);

/// <summary>A refusal of the vault.</summary>
internal sealed record KeyVaultFailure([property: JsonPropertyName("error")] KeyVaultError? Error);

/// <summary>Why it refused.</summary>
internal sealed record KeyVaultError([property: JsonPropertyName("code")] string? Code, [property: JsonPropertyName("message")] string? Message);

[JsonSerializable(typeof(KeyOperation))]
[JsonSerializable(typeof(KeyOperationResult))]
[JsonSerializable(typeof(KeyBundle))]
[JsonSerializable(typeof(KeyVaultFailure))]
internal sealed partial class VaultJson : JsonSerializerContext;
