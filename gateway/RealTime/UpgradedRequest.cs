using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Vaultrice.Gateway.RealTime;

/// <summary>The request that a socket began with: the server keeps it, with all it said, for as long as the socket lives.</summary>
internal static class UpgradedRequest
{
    // Kestrel compares a connection's next target with these, and no target comes after an upgrade. Where it has no such fields, more is kept.
    private static readonly Type? Connection =
        typeof(KestrelServer).Assembly.GetType("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.Http1Connection");
    private static readonly FieldInfo[] LastTarget =
        [.. Connection?.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(IsLastTarget) ?? []];

    /// <summary>Forgets target and headers, tokens among them, which nobody reads any more.</summary>
    public static void Forget(HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        request.RawTarget = request.Path = request.QueryString = "";
        // One by one: cleared all at once, some keep their value for the next request.
        foreach (var name in request.Headers.Keys.ToArray())
            request.Headers.Remove(name);
        foreach (var field in LastTarget)
        {
            if (field.DeclaringType!.IsInstanceOfType(request))
                field.SetValue(request, null);
        }
    }

    private static bool IsLastTarget(FieldInfo field) =>
        field.FieldType == typeof(string) && field.Name is ("_parsedRawTarget" or "_parsedPath" or "_parsedQueryString");
}
