namespace Vaultrice.Fuzz.Json;

/// <summary>What came of several parsers on one input.</summary>
internal struct Outcome
{
    public int Number { get; private set; }

    public void Add(StorageError? error) => Add((int?)error?.Code ?? 1);

    public void Add(int part) => Number = unchecked((Number * 31) + part);
}
