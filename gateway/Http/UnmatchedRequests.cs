namespace Vaultrice.Gateway.Http;

/// <summary>
/// Answers requests that no endpoint takes in the protocol's shape. Routing itself tells a wrong method and a wrong content type
/// from a wrong path, as long as no endpoint of ours takes every path.
/// </summary>
internal static class UnmatchedRequests
{
    /// <summary>The refusal of a body that is not said to be JSON.</summary>
    public static readonly StorageError NotJson = new(StorageErrorCode.UnsupportedContentType, "Send the body as application/json.");

    /// <summary>Says what routing answers with a bare status: 405, which tells in <c>Allow</c> what the path takes, and 415.</summary>
    public static async Task Explain(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.GetEndpoint() is null or RouteEndpoint || context.Response.HasStarted)
            return;
        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status405MethodNotAllowed:
                ErrorResponses.Write(context, new(StorageErrorCode.MethodNotAllowed, "This path does not take this method."));
                break;
            case StatusCodes.Status415UnsupportedMediaType:
                ErrorResponses.Write(context, NotJson);
                break;
        }
    }

    /// <summary>There is nothing at the path.</summary>
    public static Task Refuse(HttpContext context)
    {
        ErrorResponses.Write(context, new(StorageErrorCode.UnknownRoute, "There is nothing at this path."));
        return Task.CompletedTask;
    }
}
