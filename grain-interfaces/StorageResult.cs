using System.Diagnostics.CodeAnalysis;

namespace Vaultrice;

/// <summary>Either the value of an accepted request or the reason why it was refused.</summary>
[GenerateSerializer, Immutable, Alias("vaultrice.StorageResult`1")]
public readonly struct StorageResult<T>
{
    private StorageResult(T? value, StorageError? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The result; meaningful only when <see cref="Succeeded"/>.</summary>
    [Id(0)]
    public T? Value { get; }

    /// <summary>The refusal, or null.</summary>
    [Id(1)]
    public StorageError? Error { get; }

    [MemberNotNullWhen(false, nameof(Error))]
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Succeeded => Error is null;

    public static implicit operator StorageResult<T>(T value) => new(value, null);

    public static implicit operator StorageResult<T>(StorageError error) => new(default, error);
}
