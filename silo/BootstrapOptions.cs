using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Silo;

/// <summary>What is created at the first start if it does not exist; section <c>Bootstrap</c> of the configuration.</summary>
internal sealed class BootstrapOptions : IValidatableObject
{
    public const string Section = "Bootstrap";

    /// <summary>The first token of the administration, at least 16 characters that can be in a header. Default: none; in Development a generated one.</summary>
    [RegularExpression("(?!vra_)[!-~]{16,512}", ErrorMessage = "It must have 16 to 512 characters, letters, digits and signs of ASCII without spaces, and not begin with vra_.")]
    public string? AdminToken { get; set; }

    /// <summary>A project, 1 to 64 letters, digits, <c>-</c> or <c>_</c>. Default: none; in Development a generated one.</summary>
    [RegularExpression("[A-Za-z0-9_-]{1,64}")]
    public string? ProjectId { get; set; }

    /// <summary>An api key of the project, without a colon. Default: none; in Development a generated one.</summary>
    [RegularExpression("[A-Za-z0-9_.~-]{1,128}")]
    public string? ApiKey { get; set; }

    /// <summary>The api key's secret, random, at least 16 characters. Default: none; in Development a generated one.</summary>
    [MinLength(16)]
    public string? ApiSecret { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var given = new[] { ProjectId, ApiKey, ApiSecret }.Count(value => value is not null);
        if (given is 1 or 2)
        {
            yield return new ValidationResult(
                "ProjectId, ApiKey and ApiSecret go together: set all three or none.",
                [ProjectId is null ? nameof(ProjectId) : ApiKey is null ? nameof(ApiKey) : nameof(ApiSecret)]);
        }
    }
}
