using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Stoa.Hosting;
using Stoa.Hosting.Live;
using Stoa.Media;
using Stoa.Threads.Business;
using Stoa.Threads.Events;
using Stoa.Threads.Inbox;
using Stoa.Threads.Live;
using Stoa.Threads.Log;
using Stoa.Threads.Markers;
using Stoa.Threads.Membership;
using Stoa.Threads.Messages;
using Stoa.Threads.Opening;
using Stoa.Threads.Own;
using Stoa.Threads.Search;
using Stoa.Threads.Wire;

namespace Stoa.Threads;

/// <summary>Conversations.</summary>
public sealed class ThreadsModule : IModule
{
    public string Name => "threads";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddStoaLive(configuration);
        services.AddOptions<ThreadsOptions>().Bind(configuration.GetSection(ThreadsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ThreadsJson.Default));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, GroupsJson.Default));
        services.TryAddSingleton<IPageDirectory, NoPages>();
        services.AddSingleton<ThreadLog>();
        services.AddSingleton<IThreadLog>(provider => provider.GetRequiredService<ThreadLog>());
        services.AddSingleton<IBusinessThreads, BusinessThreads>();
        services.AddSingleton<IPeopleThreads, PeopleThreads>();
        services.AddSingleton<ThreadStore>();
        services.AddSingleton<ThreadViews>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<Members>();
        services.AddSingleton<ThreadEnds>();
        services.AddSingleton<WatchedThreads>();
        services.AddSingleton<ILiveWatch>(provider => provider.GetRequiredService<WatchedThreads>());
        services.AddSingleton<CatchUp>();
        services.AddSingleton<EventFrames>();
        services.AddSingleton<MemberRows>();
        services.AddSingleton<NamedPeople>();
        services.AddSingleton<Acquaintance>();
        services.AddSingleton<InviteStore>();
        services.AddSingleton<Fanout>();
        services.AddSingleton<MarkerLane>();
        services.AddSingleton<Offers>();
        services.AddSingleton<SendLimit>();
        services.AddSingleton<Sending>();
        services.AddSingleton<Changing>();
        services.AddSingleton<DeleteForMe>();
        services.AddSingleton<ForwardSource>();
        services.AddSingleton<MessageAccess>();
        services.AddSingleton<IMediaReaders>(provider => provider.GetRequiredService<MessageAccess>());
        services.AddSingleton<SweepExpired>();
        services.AddHostedService(provider => provider.GetRequiredService<SweepExpired>());
        services.AddSingleton<Typing>();
        services.AddSingleton<ILiveOp>(provider => provider.GetRequiredService<Typing>());
        services.AddSingleton<CommitAnswers>();
        services.AddSingleton<ILiveOp, SendOp>();
        services.AddSingleton<ILiveOp, EditOp>();
        services.AddSingleton<ILiveOp, UnsendOp>();
        services.AddSingleton<ILiveOp, ReactOp>();
        services.AddSingleton<ILiveOp>(provider => new MarkerOp("read", provider.GetRequiredService<MarkerLane>()));
        services.AddSingleton<ILiveOp>(provider => new MarkerOp("delivered", provider.GetRequiredService<MarkerLane>()));
        services.AddSingleton<ILiveReplay, Replay>();
        services.AddSingleton<IndexThreads>();
        services.AddSingleton<FindMessages>();
        services.AddSingleton<Searching>();
        services.AddHostedService<SearchIndexer>();
        services.AddSingleton<Presence>();
        services.AddSingleton<ILiveListener>(provider => provider.GetRequiredService<Presence>());
        services.AddSingleton<Requests>();
        services.AddSingleton<Acquainted>();
        services.AddSingleton<SettingsStore>();
        services.AddSingleton<Folders>();
        services.AddSingleton<Drafts>();
        services.AddSingleton<SentDrafts>();
        services.AddSingleton<Privacy>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        OpenThread.Map(routes);
        ListThreads.Map(routes);
        SendMessage.Map(routes);
        EditMessage.Map(routes);
        UnsendMessage.Map(routes);
        React.Map(routes);
        PinMessage.Map(routes);
        Vote.Map(routes);
        ForwardMessage.Map(routes);
        SetRetention.Map(routes);
        ListReactions.Map(routes);
        ListVersions.Map(routes);
        TraceDelivery.Map(routes);
        ListEvents.Map(routes);
        MarkRead.Map(routes);
        BlockOthers.Map(routes);
        SearchMessages.Map(routes);
        ListMembers.Map(routes);
        AddMembers.Map(routes);
        RemoveMember.Map(routes);
        LeaveGroup.Map(routes);
        SetRole.Map(routes);
        ChangeGroup.Map(routes);
        MakeInvite.Map(routes);
        ListInvites.Map(routes);
        LookAtInvite.Map(routes);
        JoinByInvite.Map(routes);
        ChangeSettings.Map(routes);
        SaveDraft.Map(routes);
        AnswerRequest.Map(routes);
        MarkAllRead.Map(routes);
        CountTotals.Map(routes);
        ChangePrivacy.Map(routes);
        ReadPresence.Map(routes);
        routes.MapStoaLive();
    }
}
