namespace Vaultrice.Benchmarks.Floor;

/// <summary>Where the parts of <c>/project/{project}/{area}/{class}/{id}/{name}/{operation}</c> lie, without copying them.</summary>
internal readonly struct FloorPath
{
    private readonly string _path;
    private readonly Range _area;
    private readonly Range _objectKey;
    private readonly Range _name;
    private readonly Range _operation;

    public FloorPath(string path)
    {
        _path = path;
        Span<Range> parts = stackalloc Range[8];
        var count = path.AsSpan().Split(parts, '/');
        _area = count > 3 ? parts[3] : default;
        _objectKey = count > 5 ? parts[4].Start..parts[5].End : default;
        _name = count > 6 ? parts[6] : default;
        _operation = count > 7 ? parts[7] : default;
    }

    public ReadOnlySpan<char> Area => _path.AsSpan(_area);

    /// <summary><c>{class}/{id}</c>; empty when the path names no object.</summary>
    public ReadOnlySpan<char> ObjectKey => _path.AsSpan(_objectKey);

    public ReadOnlySpan<char> Name => _path.AsSpan(_name);

    public ReadOnlySpan<char> Operation => _path.AsSpan(_operation);
}
