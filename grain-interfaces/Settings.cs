using System.ComponentModel.DataAnnotations;
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
        private static readonly string[] Keys = [.. typeof(T).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

        public ValidateOptionsResult Validate(string? name, T options)
        {
            List<ValidationResult> results = [];
            Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
            string[] failures =
            [
                .. section.GetChildren()
                    .Where(child => !Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                    .Select(child => $"{child.Path} is no setting: use {string.Join(", ", Keys.Select(key => $"{section.Path}:{key}"))}, or remove it."),
                .. results.Select(result =>
                    $"{section.Path}:{result.MemberNames.FirstOrDefault()} cannot be used: {result.ErrorMessage} Change it in the configuration."),
            ];
            return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }
    }
}
