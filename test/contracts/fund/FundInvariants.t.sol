// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TestToken} from "../../../contracts/local/TestToken.sol";
import {CoverStatus, ExitTicket, SeriesCover} from "../../../contracts/types/FundTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {HandlerReport} from "../helpers/HandlerStats.sol";
import {CountingHandler} from "./CountingHandler.sol";
import {CoverDriver} from "./CoverDriver.sol";
import {FundFixture} from "./FundFixture.sol";

/// @title LPs, a donor, a clock and a vault in any order, with inputs shaped so that most calls succeed
contract FundHandler is CountingHandler {
    uint256 public constant SERIES = 64;

    InsuranceFund private _fund;
    CoverDriver private _driver;
    TestToken private _token;
    address[2] private _lps;

    /// @notice Whether a call other than a cover lowered the share price.
    bool public priceFell;
    /// @notice Whether a series was lent, or cost the fund, more than the cap of that moment.
    bool public capBroken;
    /// @notice Whether an exit went through before its time or while a series was open.
    bool public leftTooEarly;

    constructor(InsuranceFund fund, CoverDriver driver, TestToken token, address[2] memory lps) {
        (_fund, _driver, _token, _lps) = (fund, driver, token, lps);
    }

    modifier keepsPrice() {
        (uint256 assets, uint256 shares) = (_fund.totalAssets() + 1, _fund.totalSupply() + 1e6);
        _;
        if ((_fund.totalAssets() + 1) * shares < assets * (_fund.totalSupply() + 1e6)) priceFell = true;
    }

    function deposit(uint256 lp, uint96 amount) external {
        _attempt("deposit", abi.encodeCall(this.doDeposit, (lp, amount)));
    }

    function requestExit(uint256 lp, uint128 shares) external {
        _attempt("request exit", abi.encodeCall(this.doRequestExit, (lp, shares)));
    }

    function cancelExit(uint256 lp) external {
        _attempt("cancel exit", abi.encodeCall(this.doCancelExit, (lp)));
    }

    function exit(uint256 lp, uint128 shares) external {
        _attempt("exit", abi.encodeCall(this.doExit, (lp, shares)));
    }

    function donate(uint96 amount) external {
        _attempt("donate", abi.encodeCall(this.doDonate, (amount)));
    }

    function fees(uint96 amount) external {
        _attempt("fees", abi.encodeCall(this.doFees, (amount)));
    }

    function contribute(uint256 lp, uint96 amount) external {
        _attempt("contribute", abi.encodeCall(this.doContribute, (lp, amount)));
    }

    function suspend(uint256 series) external {
        _attempt("suspend", abi.encodeCall(this.doSuspend, (series)));
    }

    function reserve(uint256 series, uint96 amount) external {
        _attempt("reserve", abi.encodeCall(this.doReserve, (series, amount)));
    }

    function cover(uint256 series, uint96 shortfall) external {
        _attempt("cover", abi.encodeCall(this.doCover, (series, shortfall)));
    }

    function pass(uint32 sec) external {
        vm.warp(block.timestamp + (sec % 2 days));
    }

    function doDeposit(uint256 lp, uint96 amount) external onlySelf keepsPrice {
        _deposit(_lps[lp % 2], amount);
    }

    function doRequestExit(uint256 lp, uint128 shares) external onlySelf keepsPrice {
        _requestExit(_lps[lp % 2], shares);
    }

    function doCancelExit(uint256 lp) external onlySelf keepsPrice {
        address owner = _lps[lp % 2];
        if (_fund.exitTicket(owner).shares == 0) _requestExit(owner, uint128(lp));
        vm.prank(owner);
        _fund.cancelExit();
    }

    /// @dev Tries at once first: what goes through then must have been ripe, at an open hour.
    function doExit(uint256 lp, uint128 shares) external onlySelf keepsPrice {
        address owner = _lps[lp % 2];
        if (_fund.exitTicket(owner).shares == 0) _requestExit(owner, shares);
        ExitTicket memory ticket = _fund.exitTicket(owner);
        bool isRipe = block.timestamp >= ticket.from && block.timestamp < ticket.until;
        bool mayLeave = isRipe && _fund.openSeries() == 0 && (block.timestamp - 8 hours) % 1 days >= 2 hours;
        vm.prank(owner);
        (bool left, ) = address(_fund).call(abi.encodeCall(_fund.redeem, (1, owner, owner)));
        if (left != mayLeave) leftTooEarly = true;
        if (left && ticket.shares == 1) return;
        if (block.timestamp >= ticket.until) _requestExit(owner, shares);
        if (block.timestamp < _fund.exitTicket(owner).from) vm.warp(_fund.exitTicket(owner).from);
        _reopen();
        uint256 most = _fund.maxRedeem(owner);
        vm.prank(owner);
        _fund.redeem(1 + (shares % most), owner, owner);
    }

    function doDonate(uint96 amount) external onlySelf keepsPrice {
        _token.mint(address(_fund), amount % 1e12);
    }

    function doFees(uint96 amount) external onlySelf keepsPrice {
        _driver.addFees(amount % 1e10);
        _fund.collect();
    }

    /// @dev At any hour, whatever the fund waits for.
    function doContribute(uint256 lp, uint96 amount) external onlySelf keepsPrice {
        vm.prank(_lps[lp % 2]);
        _fund.contribute(amount % 1e10);
    }

    function doSuspend(uint256 series) external onlySelf keepsPrice {
        _driver.suspendFor(_notDone(series, false));
    }

    function doReserve(uint256 series, uint96 amount) external onlySelf keepsPrice {
        uint256 lent = amount % (_fund.reservationLimit() + 1);
        if (lent > _fund.totalAssets() / 10) capBroken = true;
        _driver.reserve(_notDone(series, true), lent);
    }

    function doCover(uint256 series, uint96 shortfall) external onlySelf {
        uint256 id = _notDone(series, false);
        uint256 lent = _fund.seriesCover(id).reserved;
        uint256 most = lent == 0 ? _fund.totalAssets() / 10 : lent;
        if (_driver.cover(id, shortfall % 1e13) > most) capBroken = true;
    }

    function _deposit(address owner, uint96 amount) private {
        _reopen();
        vm.prank(owner);
        _fund.deposit(1 + (amount % 1e12), owner);
    }

    function _requestExit(address owner, uint128 shares) private {
        if (_fund.balanceOf(owner) == 0) {
            if (_fund.exitTicket(owner).shares == 0) _deposit(owner, shares % 1e12 == 0 ? 1 : uint96(shares % 1e12));
        }
        uint256 held = _fund.balanceOf(owner);
        vm.prank(owner);
        _fund.requestExit(held == 0 ? 0 : 1 + (shares % held));
    }

    /// @dev Completes open series, collects and leaves the settlement window, so that deposits and exits can go on.
    function _reopen() private {
        for (uint256 id = 0; id < SERIES && _fund.openSeries() != 0; ++id) {
            if (_fund.seriesCover(id).status == CoverStatus.OPEN) _driver.cover(id, 0);
        }
        if (_fund.receivable() != 0) _fund.collect();
        if (!_fund.isOpen()) vm.warp(block.timestamp + 2 hours);
    }

    function _notDone(uint256 seed, bool isUnreserved) private view returns (uint256 id) {
        for (uint256 i = 0; i < SERIES; ++i) {
            id = ((seed % SERIES) + i) % SERIES;
            SeriesCover memory found = _fund.seriesCover(id);
            if (found.status != CoverStatus.DONE && (!isUnreserved || found.reserved == 0)) return id;
        }
        revert("no series left");
    }
}

/// @title Invariants 31 to 33 of the insurance fund under arbitrary calls
contract FundInvariantsTest is FundFixture {
    FundHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new FundHandler(fund, driver, token, [alice, bob]);
        token.transferOwnership(address(handler));
        bytes4[] memory actions = new bytes4[](11);
        actions[0] = handler.deposit.selector;
        actions[1] = handler.requestExit.selector;
        actions[2] = handler.cancelExit.selector;
        actions[3] = handler.exit.selector;
        actions[4] = handler.donate.selector;
        actions[5] = handler.fees.selector;
        actions[6] = handler.suspend.selector;
        actions[7] = handler.reserve.selector;
        actions[8] = handler.cover.selector;
        actions[9] = handler.pass.selector;
        actions[10] = handler.contribute.selector;
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: actions}));
        _deposit(alice, 1_000e6);
    }

    function invariant_31_SharePriceFallsOnlyByACover() external view {
        assertFalse(handler.priceFell());
    }

    function invariant_32_ReservedNeverExceedsAssetsAndNobodyLeavesEarly() external view {
        assertLe(fund.reserved() + fund.receivable(), fund.totalAssets());
        assertFalse(handler.leftTooEarly());
    }

    function invariant_33_SeriesLossStaysBelowItsCap() external view {
        assertFalse(handler.capBroken());
    }

    /// @dev Cash is what was counted, less what the vault has, plus donations.
    function invariant_BooksMatchTheMoney() external view {
        uint256 cash = fund.totalAssets() - fund.reserved() - fund.receivable();
        assertGe(token.balanceOf(address(fund)), cash);
        uint256 lent;
        uint256 open;
        for (uint256 id = 0; id < handler.SERIES(); ++id) {
            SeriesCover memory cover = fund.seriesCover(id);
            lent += cover.reserved;
            if (cover.status == CoverStatus.OPEN) ++open;
        }
        assertEq(lent, fund.reserved());
        assertEq(open, fund.openSeries());
        uint256 escrow = uint256(fund.exitTicket(alice).shares) + fund.exitTicket(bob).shares;
        assertEq(fund.balanceOf(address(fund)), escrow);
    }

    function afterInvariant() external {
        HandlerReport.add("FundHandler", handler.tallies());
    }
}
