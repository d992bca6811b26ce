using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Options;
using Vaultrice.Gateway.Access;
using Vaultrice.Gateway.Access.Identities;
using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The HTTP calls on one object: reads and checks the form of the request, calls the grain, writes the answer.</summary>
internal sealed class ObjectsApi(ObjectGrains objects, IdentityVerifier identities, IOptions<ObjectLimits> options)
{
    /// <summary>What a body may have besides the values: member names, options, white space.</summary>
    private const int EnvelopeBytes = 64 * 1024;

    /// <summary>The words of the atomic operations.</summary>
    public static readonly ImmutableArray<string> Operations = ["increment", "decrement", "push", "splice", "merge", "set-in"];

    private readonly ObjectLimits _limits = options.Value;
    private readonly int _itemBody = options.Value.ItemBytes + EnvelopeBytes;
    private readonly int _itemsBody = options.Value.ObjectBytes + EnvelopeBytes;

    /// <summary>Which call a path and method make; null when there is nothing at the path.</summary>
    public static ObjectCall? Find(in RequestTarget target, string method) => target.Call switch
    {
        "cache" when HttpMethods.IsGet(method) => target.Rest is null ? ObjectCall.GetAllItems : ObjectCall.GetItem,
        "cache" when HttpMethods.IsPost(method) => target.Rest is null ? ObjectCall.SetItems
            : OperationOf(target.Rest) is null ? ObjectCall.SetItem : ObjectCall.ApplyOperation,
        "cache" when HttpMethods.IsDelete(method) => target.Rest is null ? ObjectCall.RemoveItems : ObjectCall.RemoveItem,
        "cache" => ObjectCall.WrongMethod,
        _ when target.Rest is not null => null,
        "cache-query" => HttpMethods.IsPost(method) ? ObjectCall.GetItems : ObjectCall.WrongMethod,
        "cache-keys" => HttpMethods.IsGet(method) ? ObjectCall.GetKeys : ObjectCall.WrongMethod,
        "cache-encryption" => HttpMethods.IsPost(method) ? ObjectCall.GetEncryption : ObjectCall.WrongMethod,
        "cache-encryption-rotate" => HttpMethods.IsPost(method) ? ObjectCall.RotateEncryption : ObjectCall.WrongMethod,
        "message" => HttpMethods.IsPost(method) ? ObjectCall.Send : ObjectCall.WrongMethod,
        "presence-list" => HttpMethods.IsGet(method) ? ObjectCall.GetPresence : ObjectCall.WrongMethod,
        _ => null,
    };

    /// <summary>Carries out a call of somebody who may make it; the refusal, or null when it has answered.</summary>
    public ValueTask<StorageError?> Answer(HttpContext context, in RequestTarget target, ObjectCall call, Caller caller)
    {
        if (!StorageObjectId.IsValidClass(target.Class!) || !StorageObjectId.IsValidId(target.Id!))
            return new(InvalidAddress());
        var key = new StorageObjectId(target.ProjectId, target.Class!, target.Id!).ToString();
        var name = "";
        if (call is ObjectCall.GetItem or ObjectCall.SetItem or ObjectCall.RemoveItem or ObjectCall.ApplyOperation)
        {
            var raw = call == ObjectCall.ApplyOperation ? target.Rest![..target.Rest!.LastIndexOf('/')] : target.Rest;
            name = RequestTarget.Decode(raw)!;
            if (!StorageObjectId.IsValidName(name))
                return new(new StorageError(StorageErrorCode.InvalidName, "An item's name has 1 to 1,024 bytes, no control characters, and no segment . or .. ."));
        }
        if (call == ObjectCall.GetItem && objects.TryGet(key, name, out var item))
            return new(Answer(context, item));
        return call switch
        {
            ObjectCall.GetItem => GetItem(context, key, name),
            ObjectCall.GetItems => GetItems(context, key),
            ObjectCall.GetAllItems => GetAllItems(context, key, target),
            ObjectCall.GetKeys => GetKeys(context, key, target),
            ObjectCall.SetItem => SetItem(context, key, name),
            ObjectCall.SetItems => SetItems(context, key),
            ObjectCall.ApplyOperation => ApplyOperation(context, key, name, OperationOf(target.Rest!)!),
            ObjectCall.RemoveItem => RemoveItem(context, key, name),
            ObjectCall.RemoveItems => RemoveItems(context, key),
            ObjectCall.GetEncryption => Encryption(context, key, rotate: false, caller.Permissions.HasFlag(Permissions.Write)),
            ObjectCall.RotateEncryption => Encryption(context, key, rotate: true, mayMake: true),
            ObjectCall.Send => Send(context, key, caller.Project.ClassOf(target.Class!).Identity),
            ObjectCall.GetPresence => GetPresence(context, key),
            _ => throw new ArgumentOutOfRangeException(nameof(call), call, "This call has no handler."),
        };
    }

    /// <summary>The class or the id is none.</summary>
    public static StorageError InvalidAddress() => new(
        StorageErrorCode.InvalidName, "A class and an id have 1 to 256 bytes, no control characters, and are not . or .. .");

    private async ValueTask<StorageError?> GetItem(HttpContext context, string key, string name) =>
        Answer(context, await objects.Call(key, grain => grain.Get(name)));

    private async ValueTask<StorageError?> GetItems(HttpContext context, string key)
    {
        var names = await ReadBody(context, _itemsBody, ItemBodies.ReadNames);
        if (!names.Succeeded)
            return names.Error;
        JsonResponse.Write(context, await objects.Call(key, grain => grain.GetMany(names.Value)), ItemJson.Write);
        return null;
    }

    private async ValueTask<StorageError?> GetAllItems(HttpContext context, string key, RequestTarget target)
    {
        JsonResponse.Write(context, await objects.Call(key, grain => grain.GetAll(PrefixOf(target))), ItemJson.Write);
        return null;
    }

    private async ValueTask<StorageError?> GetKeys(HttpContext context, string key, RequestTarget target)
    {
        JsonResponse.Write(context, await objects.Call(key, grain => grain.GetKeys(PrefixOf(target))), ItemJson.Write);
        return null;
    }

    private async ValueTask<StorageError?> SetItem(HttpContext context, string key, string name)
    {
        if (KeyVersionOf(context, out var version) is { } noVersion)
            return noVersion;
        var write = await ReadBody(context, _itemBody, (body, limits) => ItemBodies.ReadWrite(body, version, limits));
        if (!write.Succeeded)
            return write.Error;
        return Answer(context, await objects.Call(key, grain => grain.Set(name, write.Value)));
    }

    private async ValueTask<StorageError?> SetItems(HttpContext context, string key)
    {
        if (KeyVersionOf(context, out var version) is { } noVersion)
            return noVersion;
        var writes = await ReadBody(context, _itemsBody, (body, limits) => ItemBodies.ReadWrites(body, version, limits));
        if (!writes.Succeeded)
            return writes.Error;
        var result = await objects.Call(key, grain => grain.SetMany(writes.Value));
        if (!result.Succeeded)
            return result.Error;
        JsonResponse.Write(context, result.Value, ItemJson.Write);
        return null;
    }

    private async ValueTask<StorageError?> ApplyOperation(HttpContext context, string key, string name, string word)
    {
        var operation = await ReadBody(context, _itemBody, (body, limits) => AtomicBodies.Read(word, body, limits));
        if (!operation.Succeeded)
            return operation.Error;
        return Answer(context, await objects.Call(key, grain => grain.Apply(name, operation.Value)));
    }

    private async ValueTask<StorageError?> RemoveItem(HttpContext context, string key, string name)
    {
        await objects.Call(key, grain => grain.Remove([name]));
        return NoContent(context);
    }

    private async ValueTask<StorageError?> RemoveItems(HttpContext context, string key)
    {
        // Without a body everything goes; a body that should be there and is empty must not do that.
        if (context.Request is { ContentType: null, ContentLength: null or 0 } && context.Request.Headers.TransferEncoding.Count == 0)
        {
            await objects.Call(key, grain => grain.Clear());
            return NoContent(context);
        }
        var names = await ReadBody(context, _itemsBody, ItemBodies.ReadNames);
        if (!names.Succeeded)
            return names.Error;
        await objects.Call(key, grain => grain.Remove(names.Value));
        return NoContent(context);
    }

    private async ValueTask<StorageError?> Encryption(HttpContext context, string key, bool rotate, bool mayMake)
    {
        int? saltLength = null;
        if (context.Request is not { ContentType: null, ContentLength: null or 0 })
        {
            var asked = await ReadBody(context, EnvelopeBytes, EncryptionBodies.ReadSaltLength);
            if (!asked.Succeeded)
                return asked.Error;
            saltLength = asked.Value;
        }
        var settings = await objects.Call(key, grain => rotate ? grain.RotateEncryption(saltLength) : grain.GetEncryption(saltLength, mayMake));
        if (!settings.Succeeded)
            return settings.Error;
        JsonResponse.Write(context, settings.Value, ItemJson.Write);
        return null;
    }

    private async ValueTask<StorageError?> Send(HttpContext context, string key, IdentitySettings? asked)
    {
        if (KeyVersionOf(context, out var version) is { } noVersion)
            return noVersion;
        var maxBytes = _limits.MessageBytes + EnvelopeBytes;
        var payload = HasContentType(context, "text/plain")
            ? await Read(context, maxBytes, MessageBodies.ReadText)
            : await ReadBody(context, maxBytes, MessageBodies.ReadJson);
        if (!payload.Succeeded)
            return payload.Error;
        var verdict = await identities.Verify(asked, IdentityProof.Of(context.Request.Headers), payload.Value, standing: null);
        if (verdict.Error is not null)
            return verdict.Error;
        return await objects.Call(key, grain => grain.Send(new(payload.Value, version, Sender: null))) ?? NoContent(context);
    }

    private async ValueTask<StorageError?> GetPresence(HttpContext context, string key)
    {
        JsonResponse.Write(context, await objects.Call(key, grain => grain.GetPresence()), ItemJson.Write);
        return null;
    }

    private static StorageError? Answer(HttpContext context, StorageResult<Item> result)
    {
        if (result.Succeeded)
            JsonResponse.Write(context, result.Value, ItemJson.Write);
        return result.Error;
    }

    private static StorageError? Answer(HttpContext context, Item? item)
    {
        if (item is not null)
            JsonResponse.Write(context, item, ItemJson.Write);
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        return null;
    }

    private static StorageError? NoContent(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private ValueTask<StorageResult<T>> ReadBody<T>(HttpContext context, int maxBytes, BodyReading<T> parse) =>
        HasContentType(context, "application/json")
            ? Read(context, maxBytes, parse)
            : new(UnmatchedRequests.NotJson);

    private async ValueTask<StorageResult<T>> Read<T>(HttpContext context, int maxBytes, BodyReading<T> parse)
    {
        var read = await RequestBody.Read(context, maxBytes);
        if (!read.Succeeded)
            return read.Error;
        using var body = read.Value;
        return parse(body.Bytes.Span, _limits);
    }

    private static bool HasContentType(HttpContext context, string type) =>
        context.Request.ContentType is { } sent
        && sent.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (sent.Length == type.Length || sent[type.Length] is ';' or ' ');

    /// <summary>The operation a POST path ends with, or null; the word alone is an item's name.</summary>
    private static string? OperationOf(string rest)
    {
        var slash = rest.LastIndexOf('/');
        return slash < 0 ? null : Operations.FirstOrDefault(word => rest.AsSpan(slash + 1).SequenceEqual(word));
    }

    private static string? PrefixOf(in RequestTarget target) =>
        target.QueryValue("prefix", plusIsSpace: false) is { Length: > 0 } prefix ? prefix : null;

    private static StorageError? KeyVersionOf(HttpContext context, out int? version)
    {
        version = null;
        string? header = context.Request.Headers["X-Enc-KV"];
        if (header is null)
            return null;
        if (!int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var sent))
            return new(StorageErrorCode.InvalidArgument, "X-Enc-KV must be a whole number of 0 or more.");
        version = sent;
        return null;
    }

    private delegate StorageResult<T> BodyReading<T>(ReadOnlySpan<byte> body, ObjectLimits limits);
}
