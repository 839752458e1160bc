using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Bots.Graph;
using Stoa.Bots.Sending;
using Stoa.Bots.Webhooks;
using Stoa.Kernel;
using Stoa.Protocol.Graph;

namespace Stoa.Bots.Handover;

/// <summary><c>/me/pass_thread_control</c> and its kin (messenger-platform §5.4).</summary>
internal sealed class HandoverCalls(ControlStore control, Recipients recipients, NpgsqlDataSource database, Deliveries deliveries, TimeProvider time)
{
    private static readonly TimeSpan longest = TimeSpan.FromDays(7);

    public static Task PassAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).PassAsync(call, ReadApp(call.Parameters["target_app_id"]), cancellationToken);

    public static Task TakeAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).RunTakeAsync(call, cancellationToken);

    public static Task RequestAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).RunRequestAsync(call, cancellationToken);

    public static Task ReleaseAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).PassAsync(call, null, cancellationToken);

    public static Task ExtendAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).RunExtendAsync(call, cancellationToken);

    public static Task ReadOwnerAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).RunReadOwnerAsync(call, cancellationToken);

    public static Task ReadSecondariesAsync(GraphCall call, CancellationToken cancellationToken) => Of(call).RunReadSecondariesAsync(call, cancellationToken);

    /// <summary>What <c>thread_control</c> of a send asks for, to be done in the commit of its message; <see cref="Woken"/> after it.</summary>
    /// <exception cref="GraphException">100/2018164: no such target, before anything is stored.</exception>
    public async Task<NextOwner> PlanAsync(GraphCall call, PageId page, Target target, ThreadControl wanted, CancellationToken cancellationToken)
    {
        var receivers = await ReadReceiversAsync(call, page, cancellationToken);
        var to = wanted.TargetApp is { } app && long.TryParse(app, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : receivers.Primary;
        var caller = call.Caller.App.Value;
        return to == caller || receivers.MayPass(caller, new(caller, 0, null), to)
            ? new(to, connection => TellAsync(connection, null, page, target, to, new WebhookEvent(Party(target.Psid), EventComposer.Party(page.Value), Now)
            {
                PassThreadControl = new() { PreviousOwnerAppId = Text(caller), NewOwnerAppId = Text(to) },
            }, cancellationToken))
            : throw new GraphException(GraphErrors.NoSuchTarget);
    }

    /// <summary>A planned hand-over is stored.</summary>
    public void Woken(NextOwner next) => deliveries.Wake(new(next.Owner));

    private static HandoverCalls Of(GraphCall call) => call.Http.RequestServices.GetRequiredService<HandoverCalls>();

    /// <param name="app">Null: release, which gives the thread to the primary receiver.</param>
    private async Task PassAsync(GraphCall call, long? app, CancellationToken cancellationToken)
    {
        var (page, receivers, target, metadata) = await ReadAsync(call, cancellationToken);
        await MoveAsync(call, page, receivers, target, app ?? receivers.Primary, metadata, cancellationToken);
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    private async Task MoveAsync(GraphCall call, PageId page, Receivers receivers, Target target, long to, string? metadata, CancellationToken cancellationToken)
    {
        if (to != Receivers.Inbox && !receivers.All.Contains(to))
        {
            throw new GraphException(GraphErrors.NoSuchTarget);
        }

        var caller = call.Caller.App.Value;
        await control.ChangeAsync(receivers, target.Thread,
            before => before.Owner == caller
                ? receivers.MayPass(caller, before, to) ? (to, ControlStore.Idle) : throw new GraphException(GraphErrors.NoSuchTarget)
                : throw new GraphException(GraphErrors.ControlledByAnother),
            (connection, transaction, before) => before.Owner == to ? Task.CompletedTask : TellAsync(connection, transaction, page, target, to, new WebhookEvent(Party(target.Psid), EventComposer.Party(page.Value), Now)
            {
                PassThreadControl = new() { PreviousOwnerAppId = Text(before.Owner), NewOwnerAppId = Text(to), Metadata = metadata },
            }, cancellationToken), cancellationToken);
        deliveries.Wake(new(to));
    }

    private async Task RunTakeAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (page, receivers, target, metadata) = await ReadAsync(call, cancellationToken);
        var caller = call.Caller.App.Value;
        if (caller != receivers.Primary)
        {
            throw new GraphException(GraphErrors.OnlyReceivers);
        }

        long lost = 0;
        await control.ChangeAsync(receivers, target.Thread, before => before.Owner == caller ? null : (caller, ControlStore.Idle), (connection, transaction, before) =>
        {
            lost = before.Owner;
            return before.Owner == caller ? Task.CompletedTask : TellAsync(connection, transaction, page, target, before.Owner, new WebhookEvent(Party(target.Psid), EventComposer.Party(page.Value), Now)
            {
                TakeThreadControl = new() { PreviousOwnerAppId = Text(before.Owner), NewOwnerAppId = Text(caller), Metadata = metadata },
            }, cancellationToken);
        }, cancellationToken);
        deliveries.Wake(new(lost));
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    private async Task RunRequestAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (page, receivers, target, metadata) = await ReadAsync(call, cancellationToken);
        await control.ChangeAsync(receivers, target.Thread, _ => null, (connection, transaction, _) => TellAsync(
            connection, transaction, page, target, receivers.Primary, new WebhookEvent(Party(target.Psid), EventComposer.Party(page.Value), Now)
            {
                RequestThreadControl = new() { RequestedOwnerAppId = Text(call.Caller.App.Value), Metadata = metadata },
            }, cancellationToken), cancellationToken);
        deliveries.Wake(new(receivers.Primary));
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    private async Task RunExtendAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var (_, receivers, target, _) = await ReadAsync(call, cancellationToken);
        var where = call.Parameters["duration"];
        var lasts = int.TryParse(where.Required().TextOrNumber(9), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && TimeSpan.FromSeconds(seconds) is var asked && asked <= longest
            ? asked
            : throw where.Wrong("Param duration must be a number of seconds, at most 7 days.");
        var caller = call.Caller.App.Value;
        await control.ChangeAsync(
            receivers, target.Thread, before => before.Owner == caller ? (caller, lasts) : throw new GraphException(GraphErrors.ControlledByAnother), (_, _, _) => Task.CompletedTask, cancellationToken);
        await call.AnswerAsync(new JsonObject { ["success"] = true });
    }

    private async Task RunReadOwnerAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var receivers = await control.ReadReceiversAsync(page, cancellationToken);
        var given = call.Parameters["recipient"].Required();
        var target = await recipients.FindAsync(page, given.Raw.ValueKind == System.Text.Json.JsonValueKind.Object ? Recipient.Read(given) : new(RecipientKind.Id, given.TextOrNumber(40) ?? ""), cancellationToken);
        var owner = await control.ReadAsync(receivers, target.Thread, cancellationToken);
        var shown = new JsonObject { ["app_id"] = Text(owner.Owner) };
        if (owner.Until is { } until)
        {
            shown["expiration"] = until.ToString("yyyy-MM-dd'T'HH:mm:ss'+0000'", CultureInfo.InvariantCulture);
        }

        await call.AnswerAsync(new JsonObject { ["data"] = new JsonArray(new JsonObject { ["thread_owner"] = shown }) });
    }

    private async Task RunReadSecondariesAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var receivers = await ReadReceiversAsync(call, page, cancellationToken);
        if (call.Caller.App.Value != receivers.Primary)
        {
            throw new GraphException(GraphErrors.OnlyReceivers);
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var apps = await connection.QueryAsync<(long Id, string Name)>(new CommandDefinition(
            "select id, name from bots.apps where id = any(@ids) order by id", new { ids = receivers.All.Where(app => app != receivers.Primary).ToArray() }, cancellationToken: cancellationToken));
        await call.AnswerAsync(new JsonObject { ["data"] = new JsonArray([.. apps.Select(app => new JsonObject { ["id"] = Text(app.Id), ["name"] = app.Name })]) });
    }

    private async Task<(PageId Page, Receivers Receivers, Target Target, string? Metadata)> ReadAsync(GraphCall call, CancellationToken cancellationToken)
    {
        var page = call.Page();
        var metadata = call.Parameters["metadata"].TextOrNumber(1000);
        var target = await recipients.FindAsync(page, Recipient.Read(call.Parameters["recipient"].Required()), cancellationToken);
        return (page, await ReadReceiversAsync(call, page, cancellationToken), target, metadata);
    }

    /// <exception cref="GraphException">2018171: the app is no receiver of this page.</exception>
    private async Task<Receivers> ReadReceiversAsync(GraphCall call, PageId page, CancellationToken cancellationToken) =>
        await control.ReadReceiversAsync(page, cancellationToken) is var receivers && receivers.All.Contains(call.Caller.App.Value) ? receivers : throw new GraphException(GraphErrors.OnlyReceivers);

    private async Task TellAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, PageId page, Target target, long app, WebhookEvent what, CancellationToken cancellationToken)
    {
        var subscribers = await Subscribers.ReadAsync(connection, transaction, [page], cancellationToken);
        var told = subscribers[page].Where(s => s.AppId == app && s.Takes(WebhookFields.Handovers)).Select(s => new NewDelivery(s, target.Thread, WebhookFields.Handovers, what)).ToList();
        if (told.Count > 0)
        {
            await Lanes.AppendAsync(connection, transaction, told, time.GetUtcNow(), cancellationToken);
        }
    }

    private static long ReadApp(GraphValue value) =>
        long.TryParse(value.Required().TextOrNumber(20), NumberStyles.None, CultureInfo.InvariantCulture, out var app) ? app : throw new GraphException(GraphErrors.NoSuchTarget);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static WebhookParty Party(string psid) => new(psid);

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
