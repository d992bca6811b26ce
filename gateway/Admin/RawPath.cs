using Microsoft.AspNetCore.Http.Features;
using Vaultrice.Gateway.Http;

namespace Vaultrice.Gateway.Admin;

/// <summary>
/// Names in paths as they were sent: routing decodes everything but slashes, so that an encoded slash and a slash that was
/// encoded twice could not be told apart.
/// </summary>
internal static class RawPath
{
    /// <summary>The segment that a route parameter stands for, decoded once; empty if the path is not what routing took it for.</summary>
    public static string Segment(HttpContext context, string parameter)
    {
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.PathSegments;
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = raw.Split('?', 2)[0];
        var segments = path.TrimEnd('/').Split('/');
        // The path begins with a slash; one in absolute form, or with dot segments, does not fit.
        if (segments.Length != pattern.Count + 1 || segments[0].Length > 0)
            return "";
        for (var i = 0; i < pattern.Count; i++)
        {
            if (pattern[i].Parts is [Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: var name }] && name == parameter)
                return RequestTarget.Decode(segments[i + 1])!;
        }
        return "";
    }
}
