using System.Collections.Concurrent;

namespace Vaultrice.Gateway.Access;

/// <summary>Tokens that were verified once: they cost no signature again. What can change (a token's age, its key) is for the asker.</summary>
/// <remarks>
/// Two generations: when the young one is full it becomes the old one, and what was old is forgotten; a token that is used moves
/// to the young one. So whatever else is sent, tokens in use stay. Bounded by what the tokens hold, not by how many they are.
/// </remarks>
/// <param name="maxChars">How much text a generation may hold.</param>
internal sealed class VerifiedTokens(int maxChars = 8 * 1024 * 1024)
{
    private readonly Lock _lock = new();
    private Generation _young = new();
    private Generation _old = new();

    /// <summary>The token of this text, without anything around it; null if it is not known.</summary>
    public VerifiedToken? Find(ReadOnlySpan<char> text)
    {
        if (Volatile.Read(ref _young).ByText.TryGetValue(text, out var token))
            return token;
        if (!Volatile.Read(ref _old).ByText.TryGetValue(text, out token))
            return null;
        Add(token);
        return token;
    }

    public VerifiedToken Add(string text, AccessClaims claims)
    {
        var token = new VerifiedToken(text, claims);
        Add(token);
        return token;
    }

    public void Remove(VerifiedToken token)
    {
        lock (_lock)
        {
            _young.Remove(token);
            _old.Remove(token);
        }
    }

    private void Add(VerifiedToken token)
    {
        lock (_lock)
        {
            if (_young.Chars + token.Text.Length > maxChars)
            {
                Volatile.Write(ref _old, _young);
                Volatile.Write(ref _young, new());
            }
            _young.Add(token);
        }
    }

    private sealed class Generation
    {
        private readonly ConcurrentDictionary<string, VerifiedToken> _tokens = new(StringComparer.Ordinal);

        public Generation() => ByText = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();

        /// <summary>Looks up part of a header without making a text of it.</summary>
        public ConcurrentDictionary<string, VerifiedToken>.AlternateLookup<ReadOnlySpan<char>> ByText { get; }

        /// <summary>How much text it holds; changed under the lock only.</summary>
        public int Chars { get; private set; }

        public void Add(VerifiedToken token)
        {
            if (_tokens.TryAdd(token.Text, token))
                Chars += token.Text.Length;
        }

        public void Remove(VerifiedToken token)
        {
            if (_tokens.TryRemove(token.Text, out _))
                Chars -= token.Text.Length;
        }
    }
}

/// <summary>A token whose signature was good, and whom it made of whoever used it last.</summary>
internal sealed class VerifiedToken(string text, AccessClaims claims)
{
    public string Text => text;

    public AccessClaims Claims => claims;

    public Caller? Caller { get; set; }
}
