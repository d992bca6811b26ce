using System.ComponentModel.DataAnnotations;

namespace Vaultrice.Grains.Projects;

/// <summary>How many of each the administration takes; section <c>Administration</c> of the configuration.</summary>
public sealed class AdministrationLimits
{
    public const string Section = "Administration";

    /// <summary>The most secrets of an api key: enough to rotate, few enough to try each.</summary>
    public const int KeySecrets = 8;

    /// <summary>The most accounts beside the root account. Default: 10,000.</summary>
    [Range(0, 100_000)]
    public int Accounts { get; set; } = 10_000;

    /// <summary>The most projects of an account. Default: 1,000.</summary>
    [Range(1, 10_000)]
    public int AccountProjects { get; set; } = 1_000;

    /// <summary>The most admin tokens of an account. Default: 100.</summary>
    [Range(1, 10_000)]
    public int AccountTokens { get; set; } = 100;

    /// <summary>The most api keys of a project. Default: 1,000.</summary>
    [Range(1, 10_000)]
    public int ProjectApiKeys { get; set; } = 1_000;

    /// <summary>The most classes of a project with settings of their own. Default: 1,000.</summary>
    [Range(1, 10_000)]
    public int ProjectClasses { get; set; } = 1_000;

    /// <summary>The most bytes of all settings of a project: each change writes them all, and all gateways fetch them. Default: 4 MiB.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int ProjectBytes { get; set; } = 4 * 1024 * 1024;
}
