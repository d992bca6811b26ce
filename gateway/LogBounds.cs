namespace Vaultrice.Gateway;

/// <summary>Bounds what may be logged, whatever the configuration asks for.</summary>
internal static class LogBounds
{
    /// <summary>Lets a category, and those below it, log only what the bound lets pass.</summary>
    /// <remarks>
    /// A rule of a provider wins over all that name none, and a longer pattern over a shorter one: no rule of ours is sure to be the
    /// chosen one. So each rule is bounded, also when the configuration changes.
    /// </remarks>
    /// <param name="logging">Where to log.</param>
    /// <param name="category">Such as <c>Microsoft.AspNetCore</c>.</param>
    /// <param name="mayLog">Whether a level may be logged at present.</param>
    public static void Bound(this ILoggingBuilder logging, string category, Func<LogLevel, bool> mayLog) =>
        logging.Services.PostConfigure<LoggerFilterOptions>(options =>
        {
            // For a provider that no other rule speaks of; with equal ones the last wins.
            options.Rules.Insert(0, new(null, null, options.MinLevel, null));
            for (var i = 0; i < options.Rules.Count; i++)
            {
                var rule = options.Rules[i];
                options.Rules[i] = new(rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, of, level) =>
                    (!IsIn(of, category) || mayLog(level)) && rule.Filter?.Invoke(provider, of, level) != false);
            }
        });

    private static bool IsIn(string? name, string category) =>
        name is not null && name.StartsWith(category, StringComparison.OrdinalIgnoreCase) && (name.Length == category.Length || name[category.Length] == '.');
}
