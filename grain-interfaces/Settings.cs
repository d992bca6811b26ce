using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Vaultrice;

/// <summary>Binds a section of the configuration and checks it when the host starts.</summary>
public static class Settings
{
    /// <summary>
    /// Binds <typeparamref name="T"/> to a section. Names the section does not know, values of the wrong form and values outside
    /// their range stop the start with a sentence that names the key.
    /// </summary>
    public static void AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(provider => new Check<T>(provider.GetRequiredService<IConfiguration>().GetSection(section)));
    }

    /// <summary>What to tell the operator when the start failed for a setting; null when it failed for something else.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures.Distinct()),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unbound => unbound.Message,
        _ => null,
    };

    private sealed class Check<T>(IConfigurationSection section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            string[] failures = [.. FailuresOf(section, options)];
            return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static IEnumerable<string> FailuresOf(IConfigurationSection section, object options)
        {
            PropertyInfo[] properties = [.. options.GetType().GetProperties().Where(property => property.CanWrite)];
            foreach (var child in section.GetChildren())
            {
                if (!properties.Any(property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)))
                    yield return $"{child.Path} is no setting: use {string.Join(", ", properties.Select(property => $"{section.Path}:{property.Name}"))}, or remove it.";
            }
            List<ValidationResult> results = [];
            Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
            foreach (var result in results)
                yield return $"{section.Path}:{result.MemberNames.FirstOrDefault()} cannot be used: {result.ErrorMessage} Change it in the configuration.";
            // A section of the section.
            foreach (var property in properties.Where(property => property.PropertyType.Assembly == typeof(Settings).Assembly && property.PropertyType.IsClass))
            {
                foreach (var failure in FailuresOf(section.GetSection(property.Name), property.GetValue(options)!))
                    yield return failure;
            }
        }
    }
}
