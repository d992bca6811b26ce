using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vaultrice.Gateway.Tests.Servers;

namespace Vaultrice.Gateway.Tests.Transport;

/// <summary>A certificate for 127.0.0.1, made for the test, and those who trust it alone.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public TestCertificate(TempFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=vaultrice-test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        (Path, KeyPath) = (folder["certificate.pem"], folder["certificate.key"]);
        File.WriteAllText(Path, _certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    public string Path { get; }

    public string KeyPath { get; }

    /// <summary>Trusts this certificate and no other.</summary>
    public bool IsMet(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
        shown is not null && _certificate.RawData.AsSpan().SequenceEqual(shown.GetRawCertData());

    public HttpClient ClientOf(Uri address) =>
        new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = IsMet }, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = Waiting.Patience,
        };

    public void Dispose() => _certificate.Dispose();
}
