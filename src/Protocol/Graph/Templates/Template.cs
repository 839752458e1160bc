namespace Stoa.Protocol.Graph.Templates;

/// <summary>A structured message (messenger-platform §2). Reading checks it whole; what is stored and shown is what was sent.</summary>
public abstract record Template
{
    /// <summary>Texts with a shown limit are cut by the client; beyond this they are refused.</summary>
    internal const int ShownTextMax = 1000;

    private static readonly string[] names =
    [
        "generic", "button", "list", "media", "open_graph", "receipt", "airline_itinerary", "airline_checkin", "airline_boardingpass", "airline_update",
        "product", "coupon", "customer_feedback", "customer_information", "one_time_notif_req", "notification_messages",
    ];

    private protected Template()
    {
    }

    /// <summary>Tells of an order, a booking or a payment, and so counts as an update of one.</summary>
    public virtual bool IsTransactional => true;

    /// <summary>All buttons in it, wherever they stand.</summary>
    public virtual IEnumerable<Button> AllButtons => [];

    /// <param name="payload">The payload of an attachment of type <c>template</c>.</param>
    /// <exception cref="GraphException">Something required is missing, wrong or too long; the error names its path.</exception>
    public static Template Read(GraphValue payload)
    {
        var template = payload.Members().AsTemplate();
        return template["template_type"].Required().OneOf(names) switch
        {
            "generic" => GenericTemplate.ReadGeneric(template),
            "button" => ButtonTemplate.ReadButton(template),
            "list" => ListTemplate.ReadList(template),
            "media" => MediaTemplate.ReadMedia(template),
            "open_graph" => OpenGraphTemplate.ReadOpenGraph(template),
            "receipt" => ReceiptTemplate.ReadReceipt(template),
            "airline_itinerary" => AirlineItinerary.ReadItinerary(template),
            "airline_checkin" => AirlineCheckin.ReadCheckin(template),
            "airline_boardingpass" => AirlineBoardingPass.ReadBoardingPass(template),
            "airline_update" => AirlineUpdate.ReadUpdate(template),
            "product" => ProductTemplate.ReadProduct(template),
            "coupon" => CouponTemplate.ReadCoupon(template),
            "customer_feedback" => FeedbackTemplate.ReadFeedback(template),
            "customer_information" => InformationTemplate.ReadInformation(template),
            "one_time_notif_req" => OneTimeNotificationTemplate.ReadRequest(template),
            _ => NotificationMessagesTemplate.ReadOptIn(template),
        };
    }
}
