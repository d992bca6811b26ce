using System.Reflection;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Tests.StorageObjects;

/// <summary>Calls an object as a gateway in its silo's process does: where it runs, if that is possible, else by a message.</summary>
public class LocalCaller : DispatchProxy
{
    private ILocalObjects? _local;
    private string _key = "";
    private IStorageObjectGrain? _grain;

    public static IStorageObjectGrain Of(ILocalObjects local, string key, IStorageObjectGrain grain)
    {
        var proxy = Create<IStorageObjectGrain, LocalCaller>();
        var caller = (LocalCaller)(object)proxy;
        (caller._local, caller._key, caller._grain) = (local, key, grain);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var returned = targetMethod!.ReturnType;
        if (returned == typeof(Task))
            return Call<bool>(async grain =>
            {
                await (Task)targetMethod.Invoke(grain, args)!;
                return true;
            });
        var word = returned.GetGenericTypeDefinition() == typeof(ValueTask<>) ? nameof(CallValueTask) : nameof(CallTask);
        return GetType().GetMethod(word, BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(returned.GetGenericArguments())
            .Invoke(this, [targetMethod, args]);
    }

    private protected ValueTask<T> CallValueTask<T>(MethodInfo method, object?[]? args) => new(Call(grain => (ValueTask<T>)method.Invoke(grain, args)!));

    private protected Task<T> CallTask<T>(MethodInfo method, object?[]? args) => Call<T>(grain => new((Task<T>)method.Invoke(grain, args)!));

    private async Task<T> Call<T>(Func<IStorageObjectGrain, ValueTask<T>> call)
    {
        if (_local!.TryCall(_key, call) is { } answer)
            return await answer;
        var answered = await call(_grain!);
        _local.Answered(_key);
        return answered;
    }
}
