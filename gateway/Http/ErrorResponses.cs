using System.Text.Json;
using Vaultrice.Encryption;
using Vaultrice.StorageObjects;

namespace Vaultrice.Gateway.Http;

/// <summary>The one place where refusals become HTTP: status, <c>name</c> and <c>cause.code</c> of each code.</summary>
internal static class ErrorResponses
{
    /// <summary>Status and code of a refusal. The SDK repeats a request when a code contains "retry": none does.</summary>
    public static (int Status, string Code) Row(StorageErrorCode code) => code switch
    {
        StorageErrorCode.InvalidJson => (400, "validationError.json"),
        StorageErrorCode.InvalidName => (400, "validationError.name"),
        StorageErrorCode.InvalidType => (400, "validationError.type"),
        StorageErrorCode.InvalidValue => (400, "validationError.value"),
        StorageErrorCode.InvalidTtl => (400, "validationError.ttl"),
        StorageErrorCode.InvalidArgument => (400, "validationError.argument"),
        StorageErrorCode.InvalidRequest => (400, "validationError.request"),
        StorageErrorCode.UnsupportedContentType => (415, "validationError.contentType"),
        StorageErrorCode.UnknownRoute => (404, "notFoundError.route"),
        StorageErrorCode.MethodNotAllowed => (405, "validationError.method"),
        StorageErrorCode.UnknownResource => (404, "notFoundError.resource"),
        StorageErrorCode.UnknownConnection => (409, "conflictError.connection.unknown"),
        StorageErrorCode.CredentialsMissing => (401, "authenticationError.credentials.missing"),
        StorageErrorCode.CredentialsInvalid => (401, "authenticationError.credentials.invalid"),
        StorageErrorCode.TokenExpired => (401, "authenticationError.token.expired"),
        StorageErrorCode.OriginMissing => (403, "authorizationError.origin.server.notFound"),
        StorageErrorCode.OriginMismatch => (403, "authorizationError.origin.mismatch"),
        StorageErrorCode.IdSignatureMissing => (403, "authorizationError.idSignature.missing"),
        StorageErrorCode.IdSignatureInvalid => (403, "authorizationError.idSignature.invalid"),
        StorageErrorCode.PermissionDenied => (403, "authorizationError.permission"),
        StorageErrorCode.ScopeDenied => (403, "authorizationError.scope"),
        StorageErrorCode.IdentityMissing => (403, "authorizationError.identity.missing"),
        StorageErrorCode.IdentityInvalid => (403, "authorizationError.identity.invalid"),
        StorageErrorCode.IdentityMismatch => (403, "authorizationError.identity.mismatch"),
        StorageErrorCode.EncryptionRequired => (403, "authorizationError.encryption.required"),
        StorageErrorCode.AdminTokenInvalid => (401, "authenticationError.adminToken.invalid"),
        StorageErrorCode.AdminRoleDenied => (403, "authorizationError.role"),
        StorageErrorCode.InsecureTransport => (403, "authorizationError.transport"),
        StorageErrorCode.UpdatedAtMismatch => (409, "conflictError.updatedAt.mismatch"),
        StorageErrorCode.KeyVersionMismatch => (409, "conflictError.keyVersion.mismatch"),
        StorageErrorCode.AlreadyExists => (409, "conflictError.exists"),
        StorageErrorCode.StillInUse => (409, "conflictError.inUse"),
        StorageErrorCode.NoUsableKey => (409, "conflictError.apiKey.unusable"),
        StorageErrorCode.ItemTooLarge => (413, "limitError.item.size"),
        StorageErrorCode.ObjectTooLarge => (413, "limitError.object.size"),
        StorageErrorCode.TooManyItems => (413, "limitError.object.items"),
        StorageErrorCode.BodyTooLarge => (413, "limitError.body.size"),
        StorageErrorCode.MessageTooLarge => (413, "limitError.message.size"),
        StorageErrorCode.PresenceTooLarge => (413, "limitError.presence.size"),
        StorageErrorCode.TooManyConnections => (429, "limitError.object.connections"),
        StorageErrorCode.RequestTimedOut => (408, "limitError.request.time"),
        StorageErrorCode.TooManyRequests => (429, "limitError.rate.requests"),
        StorageErrorCode.TooManyMessages => (429, "limitError.rate.messages"),
        StorageErrorCode.TooManySockets => (429, "limitError.sockets"),
        StorageErrorCode.StorageQuotaExceeded => (413, "limitError.quota.storage"),
        StorageErrorCode.TooManyResources => (409, "limitError.resources"),
        StorageErrorCode.ProjectTooLarge => (413, "limitError.project.size"),
        StorageErrorCode.StoreUnavailable => (503, "serverError.store"),
        StorageErrorCode.Unexpected => (500, "serverError.unexpected"),
        StorageErrorCode.KeysUnavailable => (503, "serverError.keys"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "This code has no row."),
    };

    /// <summary>Answers with the error shape of the protocol: <c>{name, message, cause: {code, items?}}</c>.</summary>
    public static void Write(HttpContext context, StorageError error)
    {
        var (status, code) = Row(error.Code);
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer, Basic";
        if (status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
            context.Response.Headers.AccessControlExposeHeaders = "Retry-After";
        }
        JsonResponse.Write(context, (error, code), static (writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", state.code.AsSpan(0, state.code.IndexOf('.')));
            writer.WriteString("message", state.error.Message);
            writer.WriteStartObject("cause");
            writer.WriteString("code", state.code);
            if (!state.error.Items.IsDefaultOrEmpty)
            {
                writer.WriteStartArray("items");
                foreach (var name in state.error.Items)
                    writer.WriteStringValue(name);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    /// <summary>What a failure on the way means for the client; null when it is a bug that must be logged.</summary>
    public static StorageError? Explain(Exception failure) => failure switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new(StorageErrorCode.BodyTooLarge, "The request's body is too large."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } =>
            new(StorageErrorCode.RequestTimedOut, "The request's body arrived too slowly."),
        BadHttpRequestException => new(StorageErrorCode.InvalidRequest, "The request is malformed."),
        ObjectStoreException => new(StorageErrorCode.StoreUnavailable, "The store is not reachable; nothing was acknowledged."),
        // Nothing was read or stored, so the SDK may repeat the call, and does on these words.
        KeysUnavailableException => new(StorageErrorCode.KeysUnavailable, "The encryption keys are temporarily unavailable; nothing was done."),
        TimeoutException or OrleansException =>
            new(StorageErrorCode.StoreUnavailable, "The object is not reachable; nothing was acknowledged."),
        JsonException => new(StorageErrorCode.InvalidJson, "The body is no valid JSON."),
        _ => null,
    };
}
