namespace Vaultrice.Fuzz;

/// <summary>Runs one target on its seeds and then on mutations; the same seed gives the same inputs.</summary>
public sealed class FuzzSession
{
    private const int MaxCorpus = 4_000;

    private readonly List<byte[]> _corpus;
    private readonly HashSet<int> _outcomes = [];
    private readonly Mutator _mutator;

    public FuzzSession(FuzzTarget target, ulong seed)
    {
        Target = target;
        _corpus = [.. target.Seeds];
        _mutator = new(new SplitMix(seed), target.Tokens);
    }

    public FuzzTarget Target { get; }

    public long Executions { get; private set; }

    /// <summary>How many different things came of the inputs.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Runs the target some more times; stops at the first failure.</summary>
    public FuzzFailure? Run(int executions)
    {
        for (var i = 0; i < executions; i++)
        {
            var isSeed = Executions < Target.Seeds.Count;
            var input = isSeed ? Target.Seeds[(int)Executions] : _mutator.Mutate(_corpus);
            Executions++;
            try
            {
                if (_outcomes.Add(Target.Run(input)) && !isSeed && _corpus.Count < MaxCorpus)
                    _corpus.Add(input);
            }
            catch (Exception e)
            {
                return new(input, Executions, e);
            }
        }
        return null;
    }
}
