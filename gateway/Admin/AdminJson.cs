using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vaultrice.Gateway.Admin;

/// <summary>How the administration reads and writes JSON: strictly, camel case, members that are null left out.</summary>
internal static class AdminJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new());

    /// <summary>Sets options to these rules.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.MaxDepth = 16;
        return options;
    }
}
