using System.Globalization;
using System.Reflection;

namespace Vaultrice.Gateway.Admin;

/// <summary>What a request asks for in its query, read strictly.</summary>
internal sealed class AdminQuery<T> : IAdminArgument
    where T : class, IAdminQuery<T>
{
    private readonly StorageResult<T> _read;

    private AdminQuery(StorageResult<T> read) => _read = read;

    public T Value => _read.Value!;

    public StorageError? Refusal => _read.Error;

    public static ValueTask<AdminQuery<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        foreach (var (name, values) in context.Request.Query)
        {
            if (!T.Names.Contains(name) && name != AdminAccount.InQuery)
                return new(new AdminQuery<T>(AdminErrors.Query(name, "is not known here.")));
            if (values.Count != 1)
                return new(new AdminQuery<T>(AdminErrors.Query(name, "is there more than once.")));
        }
        return new(new AdminQuery<T>(T.Read(context.Request.Query)));
    }
}

/// <summary>A query that can be read from a request.</summary>
internal interface IAdminQuery<T>
    where T : class
{
    /// <summary>The parameters it knows.</summary>
    static abstract string[] Names { get; }

    static abstract StorageResult<T> Read(IQueryCollection query);
}

/// <summary>Reads parameters.</summary>
internal static class QueryValues
{
    /// <summary>A whole number, 0 or more; null if it is not there.</summary>
    public static StorageResult<long?[]> Numbers(IQueryCollection query, params string[] names)
    {
        var numbers = new long?[names.Length];
        foreach (var (i, name) in names.Index())
        {
            if (query[name].FirstOrDefault() is not { } text)
                continue;
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return AdminErrors.Query(name, "must be a whole number, 0 or more.");
            numbers[i] = number;
        }
        return numbers;
    }
}

/// <summary>Where to begin in an audit log.</summary>
/// <param name="From">A time, in ms since the Unix epoch.</param>
/// <param name="Cursor">As answered last; comes before the time.</param>
internal sealed record AuditQuery(long? From, long? Cursor) : IAdminQuery<AuditQuery>
{
    public static string[] Names { get; } = ["from", "cursor"];

    public static StorageResult<AuditQuery> Read(IQueryCollection query)
    {
        var numbers = QueryValues.Numbers(query, Names);
        return numbers.Succeeded ? new AuditQuery(numbers.Value[0], numbers.Value[1]) : numbers.Error;
    }
}

/// <summary>A record that somebody noted, to compare the log with.</summary>
internal sealed record AuditAnchorQuery(long? Sequence, string? Hash) : IAdminQuery<AuditAnchorQuery>
{
    public static string[] Names { get; } = ["seq", "hash"];

    public static StorageResult<AuditAnchorQuery> Read(IQueryCollection query)
    {
        var numbers = QueryValues.Numbers(query, "seq");
        if (!numbers.Succeeded)
            return numbers.Error;
        var hash = query["hash"].FirstOrDefault();
        return hash is null == numbers.Value[0] is null
            ? new AuditAnchorQuery(numbers.Value[0], hash)
            : AdminErrors.Query("seq", "and 'hash' go together: send both or none.");
    }
}
