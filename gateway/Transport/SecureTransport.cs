using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Vaultrice.Gateway.Transport;

/// <summary>What every answer says to browsers, and which requests came by an open road.</summary>
internal sealed class SecureTransport(IOptions<TransportOptions> options, IOptions<ProxyOptions> proxies, IHostEnvironment environment)
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";

    // Pages of other origins read the API, with the credentials they have: what they may read is CORS's matter.
    private static readonly StringValues AnyOrigin = "cross-origin";
    private static readonly StringValues NothingInside = "default-src 'none'; frame-ancestors 'none'";

    private readonly StringValues _hsts = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)options.Value.HstsMaxAge.TotalSeconds}");
    private readonly bool _sendsHsts = !environment.IsDevelopment() && options.Value.HstsMaxAge > TimeSpan.Zero;

    // Who has named no proxy says that whatever arrives came by TLS; who has is held to what the proxies say.
    private readonly bool _allIsSecure = options.Value.TlsTerminatedByProxy && !proxies.Value.Networks().Any();
    private readonly bool _demandsTls = options.Value.TlsTerminatedByProxy && proxies.Value.Networks().Any();

    /// <summary>Sets the headers of an answer.</summary>
    public void Dress(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = AnyOrigin;
        headers.ContentSecurityPolicy = NothingInside;
        if (_sendsHsts && (_allIsSecure || context.Request.IsHttps))
            headers.StrictTransportSecurity = _hsts;
    }

    /// <summary>The refusal of a request that came to the proxy, or past it, without TLS; else null.</summary>
    public StorageError? Refuse(HttpContext context) =>
        _demandsTls && !context.Request.IsHttps
            ? new(StorageErrorCode.InsecureTransport, "Plain HTTP is not served here: use https.")
            : null;
}
