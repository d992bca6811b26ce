namespace Vaultrice.Gateway.Http;

/// <summary>CORS: browsers on any origin may call; what they may do is decided by their credentials.</summary>
internal static class CrossOrigin
{
    private const string Methods = "GET, POST, DELETE";
    private const string RequestHeaders = "Authorization, Content-Type, X-Enc-KV, X-Id-Sig, X-Id-Sig-KV, X-Vaultrice-Auth-Token, X-Vaultrice-Auth-Signature";

    /// <summary>Names the asking origin as allowed.</summary>
    public static void Allow(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (origin.Count == 0)
            return;
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
    }

    /// <summary>Answers a preflight request.</summary>
    public static void AnswerPreflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "86400";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
