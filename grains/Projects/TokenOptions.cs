using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Grains.Projects;

/// <summary>How access tokens are made; section <c>Tokens</c> of the configuration.</summary>
public sealed class TokenOptions
{
    public const string Section = "Tokens";

    /// <summary>After how long a new key takes over signing; tokens of earlier ones stay good until they end. Default: 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan RotateSigningKeysEvery { get; set; } = TimeSpan.FromDays(30);
}
