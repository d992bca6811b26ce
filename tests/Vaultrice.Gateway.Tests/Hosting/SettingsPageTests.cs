using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Vaultrice.Gateway.RealTime;
using Vaultrice.Grains.Storage;
using Vaultrice.Quotas;
using Xunit;

namespace Vaultrice.Gateway.Tests.Hosting;

/// <summary>The README's table and each host's <c>appsettings.json</c> show the settings that there are, and no others.</summary>
public sealed partial class SettingsPageTests
{
    /// <summary>The types that are bound to a section, by its name.</summary>
    private static readonly Dictionary<string, Type> Sections =
        new[] { typeof(Settings).Assembly, typeof(StorageOptions).Assembly, typeof(SocketOptions).Assembly, Assembly.Load("Vaultrice.Silo") }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.GetField("Section") is { IsLiteral: true })
            .ToDictionary(type => (string)type.GetField("Section")!.GetRawConstantValue()!);

    /// <summary>What is read by .NET, and what has no section.</summary>
    private static readonly string[] Others = ["urls", "Roles", "Kestrel", "Logging"];

    [Fact]
    public void The_README_names_every_setting_and_none_that_is_not_there() =>
        Assert.Equal(Sections.SelectMany(section => KeysOf(section.Key, section.Value)).Order(), NamedByReadme().Where(IsOurs).Order());

    [Fact]
    public void The_silos_file_shows_every_setting() =>
        Assert.Equal(Sections.SelectMany(section => KeysOf(section.Key, section.Value)).Order(), KeysShownBy("silo").Where(IsOurs).Order());

    [Fact]
    public void The_gateways_file_shows_every_setting_of_its_sections()
    {
        var shown = KeysShownBy("gateway").Where(IsOurs).ToArray();
        var sections = shown.Select(SectionOf).Distinct().ToArray();
        Assert.Equal(sections.SelectMany(section => KeysOf(section, Sections[section])).Order(), shown.Order());
        Assert.Subset(sections.ToHashSet(), Sections.Where(section => section.Value.Assembly == typeof(SocketOptions).Assembly).Select(section => section.Key).ToHashSet());
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("gateway")]
    public void A_files_values_are_the_defaults(string host)
    {
        foreach (var section in ShownBy(host).GetChildren().Where(section => Sections.ContainsKey(section.Key)))
        {
            var type = Sections[section.Key];
            var (defaults, shown) = (Activator.CreateInstance(type)!, section.Get(type)!);
            // What has no default in its type is shown with an example, or has one that depends.
            foreach (var property in Settable(type).Where(property => !IsSection(property) && property.GetValue(defaults) is not null))
                Assert.True(Equals(property.GetValue(defaults), property.GetValue(shown)), $"{section.Key}:{property.Name} is shown as {property.GetValue(shown)}.");
        }
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("gateway")]
    public void A_files_quotas_are_those_outside_Development(string host)
    {
        var defaults = new ServerQuotas(new(), isDevelopment: false);
        var shown = new ServerQuotas(ShownBy(host).GetSection(QuotaOptions.Section).Get<QuotaOptions>()!, isDevelopment: true);
        foreach (var kind in Enum.GetValues<ScopeKind>())
            Assert.Equal((kind, defaults.Of(kind)), (kind, shown.Of(kind)));
        Assert.Equal((defaults.Connections, defaults.FailuresPerSecond), (shown.Connections, shown.FailuresPerSecond));
    }

    private static IEnumerable<string> KeysOf(string section, Type type) => Settable(type).SelectMany(
        property => IsSection(property) ? KeysOf($"{section}:{property.Name}", property.PropertyType) : [$"{section}:{property.Name}"]);

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties().Where(property => property.CanWrite);

    private static bool IsSection(PropertyInfo property) => property.PropertyType.Assembly == typeof(Settings).Assembly && property.PropertyType.IsClass;

    private static bool IsOurs(string key) => !Others.Contains(SectionOf(key));

    private static string SectionOf(string key) => key.Split(':')[0];

    /// <summary>The keys of the table: <c>:B</c> and <c>…:B</c> after <c>A:{X,Y}:A</c> are <c>A:X:B</c> and <c>A:Y:B</c>.</summary>
    private static IEnumerable<string> NamedByReadme()
    {
        var readme = Repository.Read("README.md");
        var settings = readme[readme.IndexOf("## Settings", StringComparison.Ordinal)..readme.IndexOf("## Limits", StringComparison.Ordinal)];
        string[] before = [];
        foreach (var row in settings.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            foreach (var name in Quoted().Matches(row.Split(" | ")[0]).Select(match => match.Groups[1].Value))
            {
                var parts = name.Split(':');
                // A whole section of somebody else's.
                if (parts[^1] == "…")
                    continue;
                before = parts.Any(part => part is "" or "…") ? [.. before[..^1], parts[^1]] : parts;
                foreach (var key in Expand(before))
                    yield return key;
            }
        }
    }

    private static IEnumerable<string> Expand(string[] parts) => parts.Aggregate<string, IEnumerable<string>>(
        [], (keys, part) => keys.DefaultIfEmpty().SelectMany(_ => part.Trim('{', '}').Split(','), (key, one) => key is null ? one : $"{key}:{one}"));

    private static IEnumerable<string> KeysShownBy(string host) =>
        ShownBy(host).AsEnumerable().Where(entry => entry.Value is not null).Select(entry => entry.Key);

    /// <summary>The file with the slashes taken away, as it says itself.</summary>
    private static IConfigurationRoot ShownBy(string host)
    {
        var lines = Repository.Read($"{host}/appsettings.json").Split('\n').Where(line => !line.Contains("Every key", StringComparison.Ordinal));
        var text = string.Join('\n', lines.Select(line => Slashes().Replace(line, "")));
        return new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build();
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("^  // ")]
    private static partial Regex Slashes();
}
