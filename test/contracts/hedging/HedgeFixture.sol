// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PriceGuard} from "../../../contracts/feeds/PriceGuard.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {HedgeMandate} from "../../../contracts/hedging/HedgeMandate.sol";
import {IHedgeMandate} from "../../../contracts/interfaces/IHedgeMandate.sol";
import {IPerpVenue} from "../../../contracts/interfaces/IPerpVenue.sol";
import {AggregatorV3Interface, FeedConfig} from "../../../contracts/interfaces/IPriceGuard.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {PerpTerms, TestPerp} from "../../../contracts/local/TestPerp.sol";
import {HedgeGround, MandateTerms} from "../../../contracts/types/HedgeTypes.sol";
import {FundFixture} from "../fund/FundFixture.sol";

/// @title A fund with assets, a local perpetual contract and a mandate with capital between them
abstract contract HedgeFixture is FundFixture {
    uint24 internal constant MARKET = 1;
    uint64 internal constant SPOT = 60_000e8;
    uint32 internal constant MAX_AGE = 5 hours;
    uint64 internal constant GUARDIAN_ROLE = 3;
    /// @dev Of no deployment: without a delay.
    uint64 internal constant DAO_ROLE = 9;
    uint256 internal constant FUND_ASSETS = 2_000_000e6;
    uint256 internal constant CAPITAL = 150_000e6;
    uint128 internal constant MAX_MARGIN = 100_000e6;
    uint16 internal constant SLIPPAGE_BPS = 50;
    uint64 internal constant MAX_SIZE = 5e8;
    uint64 internal constant MAX_TURNOVER = 10e8;
    uint32 internal constant REST = 10 minutes;
    uint32 internal constant WINDOW = 1 days;

    address internal hedger = makeAddr("hedger");
    address internal reporter = makeAddr("reporter");
    address internal guardian = makeAddr("guardian");
    address internal stranger = makeAddr("stranger");
    PhasedTestFeed internal feed;
    PriceGuard internal guard;
    TestPerp internal perp;
    HedgeMandate internal mandate;

    function setUp() public virtual override {
        super.setUp();
        feed = new PhasedTestFeed(8, "BTC / USD", address(this));
        guard = new PriceGuard(authority);
        _push(SPOT);
        FeedConfig memory config;
        config.feed = AggregatorV3Interface(address(feed));
        (config.maxAgeSec, config.minPriceE8, config.maxPriceE8) = (MAX_AGE, 1e8, 10_000_000e8);
        guard.setFeed(MARKET, config);
        perp = new TestPerp(guard, MARKET, token, PerpTerms(10, 1_000, 500, 100, 0));
        token.mint(address(perp), 1e15);
        _deposit(alice, FUND_ASSETS);
        mandate = _mandateAt(perp);
    }

    function _mandateAt(IPerpVenue venue) internal returns (HedgeMandate made) {
        made = new HedgeMandate(authority, HedgeGround(fund, venue, guard, MARKET), _terms());
        token.mint(address(made), CAPITAL);
        PlimsollAccessManager manager = PlimsollAccessManager(authority);
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (made.pause.selector, made.unwind.selector);
        manager.setTargetFunctionRole(address(made), selectors, GUARDIAN_ROLE);
        manager.grantRole(GUARDIAN_ROLE, guardian, 0);
    }

    /// @dev Lets an account end pauses as the DAO does.
    function _grantDao(address account) internal {
        PlimsollAccessManager manager = PlimsollAccessManager(authority);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = mandate.resume.selector;
        manager.setTargetFunctionRole(address(mandate), selectors, DAO_ROLE);
        manager.grantRole(DAO_ROLE, account, 0);
    }

    function _terms() internal view returns (MandateTerms memory terms) {
        (terms.hedger, terms.reporter) = (hedger, reporter);
        (terms.lifeSec, terms.coolDownSec, terms.targetLifeSec, terms.windowSec) = (30 days, REST, 1 hours, WINDOW);
        (terms.marginShareBps, terms.slippageBps) = (1_000, SLIPPAGE_BPS);
        (terms.maxMargin, terms.maxSizeE8) = (MAX_MARGIN, MAX_SIZE);
        (terms.toleranceE8, terms.maxTurnoverE8) = (0.1e8, MAX_TURNOVER);
    }

    function _push(uint256 priceE8) internal {
        feed.push(int192(int256(priceE8)), uint64(block.timestamp));
    }

    function _report(int64 netDeltaE8) internal {
        vm.prank(reporter);
        mandate.reportNetDelta(netDeltaE8, uint40(block.timestamp));
    }

    function _post(uint128 amount) internal {
        vm.prank(hedger);
        mandate.postMargin(amount);
    }

    function _trade(int64 sizeE8) internal returns (uint256 priceE8) {
        vm.prank(hedger);
        return mandate.trade(sizeE8);
    }

    /// @dev Margin posted, two coins short against a net delta of two.
    function _openHedge() internal {
        _post(60_000e6);
        _report(2e8);
        _trade(-2e8);
    }

    /// @dev Past the cool-down, with a price and a target of now.
    function _rest(int64 netDeltaE8) internal {
        vm.warp(block.timestamp + REST);
        _push(SPOT);
        _report(netDeltaE8);
    }

    /// @dev What the mandate is worth with an honest venue.
    function _worth() internal view returns (uint256 units) {
        int256 equity = perp.equityOf(address(mandate));
        return token.balanceOf(address(mandate)) + uint256(equity > 0 ? equity : int256(0));
    }

    function _notAllowed(address caller, address allowed) internal {
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateNotAllowed.selector, caller, allowed));
    }

    function _marginRefused(uint128 amount, uint256 margin, uint256 limit) internal {
        vm.prank(hedger);
        vm.expectRevert(abi.encodeWithSelector(IHedgeMandate.MandateMarginTooLarge.selector, margin, limit));
        mandate.postMargin(amount);
    }
}
