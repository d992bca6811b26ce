using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Vaultrice.VaultDouble;

/// <summary>
/// A test double of Azure Key Vault, as far as RSA keys and their wrapping go, over HTTPS on loopback; and beside it, over HTTP,
/// the endpoint that gives out tokens of a managed identity (App Service's protocol, 2019-08-01). That it behaves as the real one is
/// shown by Azure's own client for Node, which runs against it (tests/conformance/keyvault.test.mjs).
/// </summary>
public sealed class KeyVault : IAsyncDisposable
{
    /// <summary>What tokens must be asked for.</summary>
    public const string Resource = "https://vault.azure.net";

    /// <summary>Who may ask for tokens shows this as <c>X-IDENTITY-HEADER</c>.</summary>
    public const string IdentityHeader = "identity-of-a-test";

    private readonly ConcurrentDictionary<string, VaultKey> _keys = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, long> _tokens = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly X509Certificate2 _certificate = VaultCertificate.Create(TimeProvider.System);
    private WebApplication? _app;
    private int _port;
    private int _identityPort;

    private KeyVault()
    {
        CertificateFile = Path.Combine(Directory.CreateTempSubdirectory("vaultrice-vault-").FullName, "vault.pem");
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
    }

    /// <summary>The vault, without a slash at the end; the same after a stop and a start.</summary>
    public string Address => $"https://localhost:{_port}";

    public string IdentityEndpoint => $"http://127.0.0.1:{_identityPort}/msi/token";

    /// <summary>The certificate to be trusted, as PEM.</summary>
    public string CertificateFile { get; }

    /// <summary>What arrived: method, path, and the status it was answered with.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>What a .NET process must be told to use this vault: whom to trust, and where its identity gets tokens.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["SSL_CERT_FILE"] = CertificateFile,
        ["IDENTITY_ENDPOINT"] = IdentityEndpoint,
        ["IDENTITY_HEADER"] = IdentityHeader,
        ["AZURE_TOKEN_CREDENTIALS"] = "ManagedIdentityCredential",
    };

    public static async Task<KeyVault> Start()
    {
        var vault = new KeyVault();
        await vault.Open();
        return vault;
    }

    /// <summary>Makes a key, or a new version of it.</summary>
    /// <returns>Its address without version.</returns>
    public string NewVersion(string name)
    {
        _keys.GetOrAdd(name, _ => new()).Add(2048, Now);
        return $"{Address}/keys/{name}";
    }

    /// <summary>Lets a version be used, or not.</summary>
    public void Enable(string keyId, bool isEnabled)
    {
        var parts = new Uri(keyId).AbsolutePath.Split('/');
        _keys[parts[2]].Find(parts[3])!.IsEnabled = isEnabled;
    }

    /// <summary>Takes the vault off the network; its keys stay.</summary>
    public async Task Close()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Puts the vault on the network, at the address it had.</summary>
    public async Task Open()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, _port, listener => listener.UseHttps(_certificate));
            kestrel.Listen(IPAddress.Loopback, _identityPort);
        });
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            await next(context);
            _requests.Enqueue($"{context.Request.Method} {context.Request.Path} {context.Response.StatusCode}");
        });
        var operations = new KeyOperations(this);
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/keys"), keys => keys.Use(operations.Challenge));
        app.UseRouting();
        app.MapGet("/msi/token", GiveToken);
        operations.Map(app);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        _port = addresses.Select(address => new Uri(address)).Single(uri => uri.Scheme == "https").Port;
        _identityPort = addresses.Select(address => new Uri(address)).Single(uri => uri.Scheme == "http").Port;
        _app = app;
    }

    public async ValueTask DisposeAsync()
    {
        await Close();
        _certificate.Dispose();
        Directory.Delete(Path.GetDirectoryName(CertificateFile)!, recursive: true);
    }

    internal static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    internal VaultKey? Find(string name) => _keys.GetValueOrDefault(name);

    internal VaultKey FindOrAdd(string name) => _keys.GetOrAdd(name, _ => new());

    internal bool Accepts(string? authorization) =>
        authorization is not null && authorization.StartsWith("Bearer ", StringComparison.Ordinal)
        && _tokens.TryGetValue(authorization["Bearer ".Length..], out var until) && until > Now;

    private IResult GiveToken(HttpRequest request)
    {
        if (request.Headers["X-IDENTITY-HEADER"] != IdentityHeader)
            return Results.Json(new { statusCode = 401, message = "The identity header is wrong." }, statusCode: 401);
        if (request.Query["api-version"] != "2019-08-01" || request.Query["resource"] != Resource)
            return Results.Json(new { statusCode = 400, message = "api-version or resource is wrong." }, statusCode: 400);
        var token = RandomNumberGenerator.GetHexString(64);
        var until = Now + 24 * 3600;
        _tokens[token] = until;
        return Results.Json(new { access_token = token, expires_on = until.ToString(System.Globalization.CultureInfo.InvariantCulture), resource = Resource, token_type = "Bearer", client_id = Guid.Empty });
    }
}
