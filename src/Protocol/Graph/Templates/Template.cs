namespace Stoa.Protocol.Graph.Templates;

/// <summary>A structured message (messenger-platform §2). Reading checks it whole; what is stored and shown is what was sent.</summary>
public abstract record Template
{
    /// <summary>Texts with a shown limit are cut by the client; beyond this they are refused.</summary>
    internal const int ShownTextMax = 1000;

    private protected Template()
    {
    }

    /// <summary>Tells of an order, a booking or a payment, and so counts as an update of one.</summary>
    public virtual bool IsTransactional => true;

    /// <param name="payload">The payload of an attachment of type <c>template</c>.</param>
    /// <exception cref="GraphException">Something required is missing, wrong or too long; the error names its path.</exception>
    public static Template Read(GraphValue payload)
    {
        var template = payload.Members().AsTemplate();
        return template["template_type"].Required().OneOf(
            "generic", "button", "receipt", "airline_itinerary", "airline_checkin", "airline_boardingpass") switch
        {
            "generic" => GenericTemplate.ReadGeneric(template),
            "button" => ButtonTemplate.ReadButton(template),
            "receipt" => ReceiptTemplate.ReadReceipt(template),
            "airline_itinerary" => AirlineItinerary.ReadItinerary(template),
            "airline_checkin" => AirlineCheckin.ReadCheckin(template),
            _ => AirlineBoardingPass.ReadBoardingPass(template),
        };
    }
}
