using System.ComponentModel.DataAnnotations;
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
        services.AddOptions<T>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new Check<T>(section));
    }

    /// <summary>What to tell the operator when the start failed for a setting; null when it failed for something else.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unbound => unbound.Message,
        _ => null,
    };

    private sealed class Check<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            List<ValidationResult> results = [];
            return Validator.TryValidateObject(options, new(options), results, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(results.Select(result =>
                    $"{section}:{result.MemberNames.FirstOrDefault()} cannot be used: {result.ErrorMessage} Change it in the configuration."));
        }
    }
}
