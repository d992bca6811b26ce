using Microsoft.Net.Http.Headers;

namespace Vaultrice.Gateway.Http;

/// <summary>
/// CORS: what browsers let a page on another origin read. Preflights carry no credentials, so they are answered alike for all;
/// an answer names the asking origin only when the credentials that were used are good from it.
/// </summary>
/// <remarks>
/// Other refusals than the origin check's name it too: they hold nothing of the project's, and a page must be able to read
/// why it was refused, or it could not tell an expired token from a server that is down.
/// </remarks>
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

    /// <summary>Names the asking origin as allowed to read a refusal, unless it is refused for being that origin.</summary>
    public static void AllowToRead(HttpContext context, StorageError refusal)
    {
        if (refusal.Code is StorageErrorCode.OriginMissing or StorageErrorCode.OriginMismatch)
            context.Response.Headers.Remove(HeaderNames.AccessControlAllowOrigin);
        else
            Allow(context);
    }

    /// <summary>Answers a preflight request.</summary>
    public static void AnswerPreflight(HttpContext context)
    {
        Allow(context);
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "86400";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
