using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.People.Demo;
using Stoa.People.Search;
using Stoa.People.SigningIn;
using Stoa.People.SigningUp;

namespace Stoa.People.Profile;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 32)]
[JsonSerializable(typeof(SignUp.SignUpRequest))]
[JsonSerializable(typeof(SignUp.NewPerson))]
[JsonSerializable(typeof(SigningIn.SignIn.SignInRequest))]
[JsonSerializable(typeof(SessionToken))]
[JsonSerializable(typeof(Me))]
[JsonSerializable(typeof(ChangeMe.ChangeMeRequest))]
[JsonSerializable(typeof(SearchPeople.FoundPeople))]
[JsonSerializable(typeof(DemoSignIn.DemoPeople))]
[JsonSerializable(typeof(DemoSignIn.DemoSignInRequest))]
internal sealed partial class PeopleJson : JsonSerializerContext;
