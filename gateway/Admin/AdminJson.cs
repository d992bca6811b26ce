using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Vaultrice.Gateway.Admin;

/// <summary>How the administration reads and writes JSON: strictly, camel case, members that are null left out.</summary>
internal static class AdminJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RefuseNulls } } });

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

    private static void RefuseNulls(JsonTypeInfo type)
    {
        foreach (var member in type.Properties.Where(member => member.AttributeProvider?.IsDefined(typeof(NeverNullAttribute), inherit: false) == true))
            member.IsSetNullable = false;
    }
}

/// <summary>
/// A member that may be left out, but is not null: it restricts, and a null is what a script sends whose variable was empty.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NeverNullAttribute : Attribute;
