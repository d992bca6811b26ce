namespace Vaultrice.Grains.Quotas;

/// <summary>What one object has counted in its class's meter; without a meter nothing is counted or refused.</summary>
/// <remarks>All members run on the grain's scheduler.</remarks>
internal sealed class ObjectMeter(ClassMeter? meter)
{
    private bool _isOut;

    /// <summary>The object's state was loaded: counted in the store already, unless <see cref="Leave"/> was called before.</summary>
    public void Enter(long bytes, long items)
    {
        if (_isOut)
            meter?.Changed(bytes, items);
        _isOut = false;
    }

    /// <summary>The object's state is given up for another one.</summary>
    public void Leave(long bytes, long items)
    {
        if (!_isOut)
            meter?.Changed(-bytes, -items);
        _isOut = true;
    }

    public void Changed(long bytes, long items) => meter?.Changed(bytes, items);

    public StorageError? Refuse(long bytes, long items) => meter?.Refuse(bytes, items);
}
